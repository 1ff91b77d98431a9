"""How well the network does on galaxies it never saw: by `cli.py evaluate`, in a file that the app reads."""
