"""Compiled code is kept apart for each kind of processor."""

from pathlib import Path

import pytest

from storage import processor

CPUINFO = """processor : 0
model name : Fine Processor
cpu MHz : 2400.000
flags : fpu sse2 avx2

processor : 1
model name : Fine Processor
cpu MHz : 3100.000
flags : fpu sse2 avx2
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [("avx2", "avx2 sse4a", False), ("Fine", "Finer", False), ("3100", "1200", True), ("processor : 1", "", True)],
)
def test_another_kind_of_processor_has_another_folder(old: str, new: str, same: bool, tmp_path: Path):
    """XLA itself only warns where features differ, and then runs the code."""
    described = tmp_path / "cpuinfo"
    names = []
    for text in (CPUINFO, CPUINFO.replace(old, new)):
        described.write_text(text)
        names.append(processor.fingerprint(described))
    assert (names[0] == names[1]) == same
