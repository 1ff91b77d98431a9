"""The Model page: figures and tables of the packaged evaluation."""
