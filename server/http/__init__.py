"""Processing of every response: caching, compression, security headers, errors, request metrics."""
