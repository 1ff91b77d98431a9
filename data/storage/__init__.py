"""Local resources: atomic writes, a bounded disk cache, release of memory, and the running revision."""
