"""What every answer passes: caching, compression, security headers, error pages, request metrics."""
