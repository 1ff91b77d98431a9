"""The parts of the Predict page: the form, the upload, the answer and the light of the lines."""
