"""The explorer: its page and the callbacks that answer it, a module for each part of the page."""
