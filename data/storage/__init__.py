"""Files of this machine: atomic writes, bounded caches, memory given back, the revision that runs."""
