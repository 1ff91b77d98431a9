"""Predictions for a form, a table or one galaxy, used alike by the pages, the API and the command line."""
