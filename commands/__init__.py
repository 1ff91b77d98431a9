"""The commands of ``cli.py``, a module each: what it takes (`register`) and what it does (`run`)."""
