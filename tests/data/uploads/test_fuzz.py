"""Whatever bytes arrive, the answer is galaxies or one sentence, soon."""

import random
import time

import numpy as np
import pytest

from data import uploads
from data.errors import UploadError
from tests.data.uploads import test_formats as seeds
from tests.serving import ROOT

# In production a warning stops nothing.
pytestmark = pytest.mark.filterwarnings("ignore")

CASES, SOAK_CASES = 1_000, 50_000
LONGEST_SECONDS = 2.0
REAL = [ROOT / "data" / "files" / "examples" / f"{kind}-4-80613-thru20210324.fits" for kind in ("coadd", "redrock")]
GOOD = [make() for make in seeds.WITH_IDS.values()] + [
    seeds.as_npy(seeds.FLUX),
    b"# wavelength flux error\n" + b"\n".join(b"%d %.2f 0.1" % (wave, wave / 5e3) for wave in range(3300, 7200, 20)),
]


SPLICES = (b"\xff\xff\xff\xff", b"-999", b"1e99", b"nan,", b"\0\0\0\0", b'"""\n')


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Damage a file as wires, editors and enemies do."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        place = chance.randrange(len(data) or 1)
        kind = chance.randrange(6)
        if kind == 0:
            data[place : place + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del data[place : place + chance.choice((1, 3, 200))]
        elif kind == 2:
            data[place:place] = data[place : place + chance.choice((1, 8, 300))]
        elif kind == 3:
            data = data[: place + 1]
        elif kind == 4:
            data[place : place + 4] = chance.choice(SPLICES)
        else:
            digits = [i for i, byte in enumerate(data[:4000]) if 48 <= byte <= 57]
            if digits:
                data[chance.choice(digits)] = chance.randrange(48, 58)
    return bytes(data)


def answer(upload: list[tuple[bytes, str]], chosen: dict[str, str] | None) -> str:
    """Read an upload; returns the sentence that refuses it, "" when galaxies came of it."""
    try:
        table = uploads.apply_plan(uploads.open_files(upload), chosen).table
    except UploadError as error:
        return str(error)
    usable = np.array([not problem for problem in table.problems])
    assert len(table.problems) == len(table.ids) == len(table.bin_flux)
    assert (table.bin_flux[usable] > 0).all()
    return ""


def survive(cases: int, seed: int) -> tuple[int, float]:
    """Read that many damaged uploads; returns how many gave galaxies, and the longest time one took [s]."""
    chance = random.Random(seed)  # noqa: S311  # no secret: the same seed gives the same files
    tables = [[(content, "galaxies")] for content in GOOD]
    pair = [(path.read_bytes(), path.name) for path in REAL]
    read, longest = 0, 0.0
    for case in range(cases):
        chosen = pair if case % 40 == 0 else chance.choice(tables)
        upload = [(mutated(content, chance), name) for content, name in chosen]
        start = time.process_time()
        sentence = answer(upload, {"redshift": "0.1"} if len(upload) == 1 and case % 3 == 0 else None)
        longest = max(longest, time.process_time() - start)
        assert not sentence or 10 < len(sentence) < 600, f"case {case} of seed {seed}: {sentence}"
        assert "Traceback" not in sentence
        read += not sentence
    return read, longest


def test_damaged_files_are_read_or_refused_in_a_sentence():
    uploads.warm_up()
    read, longest = survive(CASES, 20260)
    assert read > CASES / 20
    assert longest < LONGEST_SECONDS


@pytest.mark.soak
def test_fifty_thousand_damaged_files(capsys: pytest.CaptureFixture[str]):
    uploads.warm_up()
    found = [survive(SOAK_CASES // 10, seed) for seed in range(10)]
    read, longest = sum(read for read, _ in found), max(longest for _, longest in found)
    with capsys.disabled():
        print(f"| the readers | {SOAK_CASES:,} | {read:,} | 0 | {longest:.2f} s |")  # noqa: T201
    assert longest < LONGEST_SECONDS
