"""The Predict page, and its callbacks in one module for each part of the page."""
