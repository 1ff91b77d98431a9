"""How requests reach the app: a gunicorn worker that receives whole requests before a thread answers them."""
