"""``python -m server`` serves the app as ``gunicorn app:server`` does.

gunicorn reads one variable before any code of ours, and ends with a traceback if it is not a number.
"""

import os
import sys
from pathlib import Path

from storage.program import module

VARIABLE = "WEB_CONCURRENCY"


def main() -> None:
    """Check that variable, then start gunicorn."""
    workers = os.environ.get(VARIABLE, "")
    if not workers:
        # An empty value is the default, which `server.process.settings` knows.
        os.environ.pop(VARIABLE, None)
    elif not (workers.isascii() and workers.isdecimal()):
        sys.stderr.write(f"{VARIABLE}={workers} is not valid: it is the number of worker processes, such as 1.\n")
        sys.exit(2)
    from gunicorn.app.wsgiapp import run

    folder = Path(__file__).resolve().parents[1]
    # gunicorn finds the file itself in the working directory.
    configuration = [] if folder == Path.cwd() else ["--config", str(folder / "gunicorn.conf.py")]
    sys.argv = ["gunicorn", *configuration, f"{module('app')}:server"]
    run()


if __name__ == "__main__":
    main()
