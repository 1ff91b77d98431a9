"""Predictions for a form, a table or one galaxy: one function behind the page, the API and the command line."""
