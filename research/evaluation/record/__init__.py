"""The record of an evaluation, which documents and pages show: its schema, and its files."""
