"""Run all parts of the tests and print one summary: ``make test``.

A part is left out if it needs a program that is missing and cannot be installed; the summary names the command for it.
Exit status: 0 when nothing failed, 1 otherwise.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

ROOT: Final = Path(__file__).resolve().parent.parent
SLOWEST: Final = 20
NODE_TESTS: Final = tuple(map(str, sorted((ROOT / "tests" / "assets").rglob("*.test.mjs"))))
"""Listed one by one, because releases of Node differ in how they treat a folder."""
PYTEST: Final = (sys.executable, "-m", "pytest")
SPREAD: Final = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile")
"""A module stays in one process, which starts its servers once."""


class Part(NamedTuple):
    """A part of the tests: its title, its command, and the Debian package of the program that it needs."""

    title: str
    command: tuple[str, ...]
    package: str = ""
    programs: tuple[str, ...] = ()


class Result(NamedTuple):
    """The result of a part; `times` are seconds by test."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    times: dict[str, float] = {}  # noqa: RUF012 - never changed
    failures: tuple[str, ...] = ()


PARTS: Final = (
    # In the order of `tests/conftest.py`, modules with slow tests first, instead of modules with many tests.
    Part("Python", (*PYTEST, "-m", "not browser and not soak", *SPREAD, "--no-loadscope-reorder")),
    Part("browser modules", ("node", "--test", "--test-reporter=tap", *NODE_TESTS), "nodejs", ("node",)),
    Part(
        "real browser",
        (*PYTEST, "-m", "browser and not soak", *SPREAD),
        "chromium",
        ("chromium", "chromium-browser", "google-chrome"),
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts and print what passed, failed, was skipped or was left out."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("parts", nargs="*", help=f"some of: {', '.join(part.title for part in PARTS)}")
    chosen = options.parse_args(arguments).parts
    # Tests with Redis are skipped if it cannot be installed.
    available("redis-server", ("redis-server",))
    results, left_out = {}, {}
    for part in PARTS:
        if chosen and part.title not in chosen:
            continue
        print(f"\n== {part.title}", flush=True)
        if part.package and not available(part.package, part.programs):
            left_out[part.title] = f"needs {part.programs[0]}: sudo apt-get install {part.package}"
            continue
        results[part.title] = run(part)
    summarise(results, left_out)
    return int(any(result.failed for result in results.values()))


def available(package: str, programs: Sequence[str]) -> bool:
    """Return whether one of the programs exists, after trying to install its package."""
    command = ["sh", str(ROOT / "scripts" / "debian.sh"), package, *programs]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def run(part: Part) -> Result:
    """Run one part and return its result."""
    if part.command[0] == "node":
        return from_tap(subprocess.run(part.command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        done = subprocess.run([*part.command, f"--junitxml={report}"], cwd=ROOT, check=False)
        # There is no report if pytest crashed.
        found = from_junit(report) if report.exists() else Result()
        # Exit status 5: no test was selected.
        broken = done.returncode not in (0, 1, 5) or (done.returncode == 1 and not found.failed)
        return found if not broken else found._replace(failed=found.failed + 1, failures=(*found.failures, part.title))


def from_junit(report: Path) -> Result:
    """Return the result in a JUnit report of pytest."""
    times: dict[str, float] = {}
    failures, skipped = [], 0
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by pytest, just now
        name = f"{case.get('classname', '').replace('.', '/')}::{case.get('name')}"
        times[name] = times.get(name, 0.0) + float(case.get("time", 0))
        skipped += case.find("skipped") is not None
        if case.find("failure") is not None or case.find("error") is not None:
            failures.append(name)
    return Result(len(times) - len(set(failures)) - skipped, len(set(failures)), skipped, times, tuple(failures))


def from_tap(done: subprocess.CompletedProcess[str]) -> Result:
    """Return the result in the TAP output of ``node --test``, and print the output if a test failed."""
    counts = {name: int(n) for name, n in re.findall(r"^# (pass|fail|skipped) (\d+)$", done.stdout, re.MULTILINE)}
    failures = tuple(re.findall(r"^\s*not ok \d+ - (.*)$", done.stdout, re.MULTILINE))
    if done.returncode:
        print(done.stdout)
    failed = max(counts.get("fail", 0), int(done.returncode != 0))
    return Result(counts.get("pass", 0), failed, counts.get("skipped", 0), {}, failures)


def summarise(results: dict[str, Result], left_out: dict[str, str]) -> None:
    """Print the slowest tests, the failed tests, and the counts of all parts."""
    times = {name: time for result in results.values() for name, time in result.times.items()}
    slowest = sorted(times.items(), key=lambda each: -each[1])[:SLOWEST]
    print(f"\n== summary\nThe slowest {len(slowest)} tests:")
    print("\n".join(f"{seconds:7.1f} s  {name}" for name, seconds in slowest))
    for title, result in results.items():
        print("\n".join(f"FAILED  {title}: {name}" for name in result.failures), end="\n" if result.failures else "")
        print(f"{title}: {result.passed} passed, {result.failed} failed, {result.skipped} skipped")
    for title, why in left_out.items():
        print(f"{title}: skipped because it {why}")
    names = ("passed", "failed", "skipped")
    print(", ".join(f"{sum(getattr(result, name) for result in results.values())} {name}" for name in names))


if __name__ == "__main__":
    sys.exit(main())
