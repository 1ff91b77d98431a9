"""Compress the app's files as small as they get, for an image that is built once and served for long."""

from app import app
from server.compression import BEST
from server.precompress import compress_page

if __name__ == "__main__":
    print(f"Compressed {compress_page(app, BEST)} files.")
