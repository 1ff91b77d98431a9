"""The parts of the Model page that show the packaged evaluation."""
