"""The model card as a page: figures and tables of the committed evaluation."""
