"""Compress the app's files at the best quality and compile its functions, when the container image is built."""

from app import app
from server.http.compression import BEST
from server.http.precompress import compress_page

if __name__ == "__main__":
    print(f"Compressed {compress_page(app, BEST)} files.")
    for steps in ("preparation", "afterwards"):
        for name, step in app.server.extensions[steps].items():
            step.result()  # a step that fails here fails the build
            print(f"Done: {name}.")
