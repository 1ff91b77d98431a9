"""Simulated visitors: each explores and predicts as a browser would, and notes how long every answer took."""

import http.client
import json
import random
import threading
import time
import urllib.parse
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import quantiles

from model.lines import LEADING_LINES
from tests.serving import PATIENCE

JSON = {"Content-Type": "application/json"}


@dataclass
class Notes:
    """What happened: milliseconds by kind of request, and everything that went wrong."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        """Return how many requests were answered."""
        return sum(map(len, self.milliseconds.values()))

    def percentile(self, kind: str, percent: int) -> float:
        """Return a percentile of the times of one kind [ms]."""
        return quantiles(self.milliseconds[kind], n=100)[percent - 1]


class Visitor:
    """One visitor with an address and a kept-alive connection of their own."""

    def __init__(self, url: str, number: int, notes: Notes) -> None:
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=PATIENCE)
        # Limits count by address, which a trusted proxy tells.
        self._headers = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250 + 1}", "Accept-Encoding": "br"}
        self._notes = notes
        self._random = random.Random(number)  # noqa: S311 - repeatable behaviour, no secret

    def ask(self, kind: str, path: str, body: object = None) -> bytes:
        """Ask once and note it; an answer other than 200 or 204 is a failure."""
        began = time.perf_counter()
        try:
            data = None if body is None else json.dumps(body)
            headers = self._headers | (JSON if body is not None else {})
            self._connection.request("GET" if body is None else "POST", path, data, headers)
            answer = self._connection.getresponse()
            content, status = answer.read(), str(answer.status)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            content, status = b"", type(error).__name__
        with self._notes.lock:
            self._notes.milliseconds[kind].append(1000 * (time.perf_counter() - began))
            if status not in ("200", "204"):
                self._notes.failures.append(f"{kind} {path[:80]}: {status}")
        return content

    def leave(self) -> None:
        """Close the connection."""
        self._connection.close()

    def arrive(self, catalogue: str, version: str) -> None:
        """Open the explorer."""
        for path in ("/", "/_dash-layout", "/_dash-dependencies"):
            self.ask("page", path)
        for line in LEADING_LINES:
            self.ask("column", f"/catalogues/{catalogue}/columns/{line.name}_EW.bin?v={version}")

    def click(self, catalogue: str, galaxies: int, version: str) -> None:
        """Choose a galaxy; its spectrum and numbers come back."""
        self.ask("click", galaxy_path(catalogue, self._random.randrange(galaxies), version))

    def predict(self) -> None:
        """Have one continuum predicted."""
        flux = [round(1 + slope, 4) for slope in (self._random.random() for _ in range(12))]
        self.ask("prediction", "/api/v1/predict", {"flux": [flux]})

    def act(self, catalogue: str, galaxies: int, version: str) -> None:
        """Do what visitors do: mostly click, sometimes predict, look at another line, or come anew."""
        choice = self._random.random()
        if choice < 0.6:
            self.click(catalogue, galaxies, version)
        elif choice < 0.85:
            self.predict()
        elif choice < 0.95:
            line = self._random.choice(LEADING_LINES).name
            self.ask("column", f"/catalogues/{catalogue}/columns/{line}_EW_PREDICTED.bin?v={version}")
        else:
            self.arrive(catalogue, version)


def galaxy_path(catalogue: str, row: int, version: str) -> str:
    """Return the address by which the explorer asks for a galaxy."""
    return f"/catalogues/{catalogue}/galaxies/{row}.json?v={version}&scheme=dark&frame=rest&smoothing=0"


def crowd(url: str, users: int, seconds: float, think: tuple[float, float], known: tuple[str, int, str]) -> Notes:
    """Let visitors in for a while.

    Parameters
    ----------
    url : str
        A server on this machine.
    users : int
        Simultaneous visitors.
    seconds : float
        Until the last request is sent.
    think : (float, float)
        Shortest and longest time between an answer and the next request [s].
    known : (str, int, str)
        A catalogue's name, number of galaxies and version.

    Returns
    -------
    Notes
        What happened.
    """
    catalogue, galaxies, version = known
    notes, end = Notes(), time.monotonic() + seconds

    def visit(number: int) -> None:
        visitor, chance = Visitor(url, number, notes), random.Random(number)  # noqa: S311
        time.sleep(chance.uniform(0, min(think[1], seconds)))
        visitor.arrive(catalogue, version)
        while time.monotonic() < end:
            time.sleep(chance.uniform(*think))
            visitor.act(catalogue, galaxies, version)
        visitor.leave()

    threads = [threading.Thread(target=visit, args=(number,), daemon=True) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    return notes
