"""A gunicorn worker that receives a whole request before a thread answers it."""
