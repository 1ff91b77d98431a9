"""What of the web app is not a page: settings, health, headers, compression, caching, errors.

Importing this package imports none of it: gunicorn's parent process reads the settings, and must not load JAX.
"""
