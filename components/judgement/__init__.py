"""Judgements of mocks, drawn from their records: parts that the page and the report share, and the report as a file."""
