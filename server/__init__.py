"""The web app except its pages: settings, health, headers, compression, caching, errors, API.

This package imports none of its modules, because gunicorn's parent process reads the settings and must not load JAX.
"""
