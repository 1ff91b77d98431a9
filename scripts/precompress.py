"""Compress the app's files at the best quality and compile its functions, when the container image is built."""

import os
import secrets

if __name__ == "__main__":
    # A key that signs for visitors must not lie in an image: without this one, the app would keep one in its caches.
    os.environ["UPLOAD_KEY"] = secrets.token_hex()
    from app import app
    from server.http.compression import BEST
    from server.http.precompress import compress_page

    print(f"Compressed {compress_page(app, BEST)} files.")
    for steps in ("preparation", "afterwards"):
        for name, step in app.server.extensions[steps].items():
            step.result()  # a step that fails here fails the build
            print(f"Done: {name}.")
