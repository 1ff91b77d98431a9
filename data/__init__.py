"""Tables in and out: the catalogue's schema and store, uploads, the mock and the builder."""
