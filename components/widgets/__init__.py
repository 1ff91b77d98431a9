"""Small parts that every page uses: text, tables, citations, accessible names, markup."""
