"""The commands of ``cli.py``, one module each; `command` is the click command."""
