"""The explorer: its page, and its callbacks in one module for each part of the page."""
