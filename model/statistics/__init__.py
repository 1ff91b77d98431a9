"""Scores of predictions against observed lines, and their bootstrap errors."""
