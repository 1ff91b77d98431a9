"""The parts of the Predict page: form, upload, predicted lines, luminosities and outlier score."""
