"""Parts that several pages use: text, tables, citations, accessible names, HTML."""
