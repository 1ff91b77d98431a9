"""``python -m server`` serves the app as ``gunicorn app:server`` does.

gunicorn reads one variable before any code of ours, and ends with a traceback where it is not a number.
"""

import os
import sys


def main() -> None:
    """Look at that variable, then hand over to gunicorn."""
    workers = os.environ.get("WEB_CONCURRENCY") or "1"
    if not workers.isdecimal():
        sys.stderr.write(f"WEB_CONCURRENCY={workers} is not valid: it is the number of worker processes, such as 1.\n")
        sys.exit(2)
    os.environ["WEB_CONCURRENCY"] = workers
    from gunicorn.app.wsgiapp import run

    sys.argv = ["gunicorn", "app:server"]
    run()


if __name__ == "__main__":
    main()
