"""Python code that computes the numbers of the explorer's view with the library alone."""

import base64
import zlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from model.lines import LINE_NAMES

_GALAXY: Final = """\
# pip install galactic-neon
import numpy as np
from galactic_neon import LINES, load_params, predict_ew

params = load_params()
# {target_id}: mean continuum in twelve bins, 3400-7000 Å rest frame [1e-17 erg/s/cm²/Å]
bin_flux = np.array([{flux}], np.float32)
log_luminosity, redshift = {log_luminosity}, {redshift}

ew = np.asarray(predict_ew(params, bin_flux, log_luminosity, redshift))
for line, value in zip(LINES, ew):
    print(f"{{line.name:12s}} {{value:8.3f}} Å")
"""

_CATALOGUE: Final = """\
# pip install galactic-neon pyarrow
import numpy as np
import pyarrow.parquet as pq
from galactic_neon import LINES, load_params, predict_many

table = pq.read_table("{file}")
column = {{name: table[name].to_numpy() for name in table.column_names if name != "TARGETID"}}
bin_flux = np.stack([column[f"flux_{{i:02d}}"] for i in range(12)], axis=1)
params, names = load_params(), [line.name for line in LINES]
ew = predict_many(params, bin_flux, column["log_luminosity"], column["redshift"]).ew
{gate}
print(f"{{inside.sum()}} galaxies")
for name in {lines}:
    observed, predicted = column[f"{{name}}_EW"][inside], ew[inside, names.index(name)]
    print(f"{{name:12s}} observed {{np.nanmedian(observed):8.3f}} Å, predicted {{np.median(predicted):8.3f}} Å")
"""

_GATE: Final = '''\
{noise}

def quantity(name):
    """What the explorer calls by this name."""
    version = next((v for v in ("_PREDICTED", "_NOISY") if name.endswith(v)), "")

    def width(line):
        values = {{"": column[f"{{line}}_EW"], "_PREDICTED": ew[:, names.index(line)]}}.get(version)
        values = noisy[:, names.index(line)] if values is None else values
        return np.where(values > 0, values, np.nan)

    base = name.removesuffix(version)
    if base == "break_4000":
        return np.log10(column["flux_02"] / column["flux_01"])
    if base == "log_NII_HALPHA":
        return np.log10(width("NII_6584") / width("HALPHA"))
    if base == "log_OIII_HBETA":
        return np.log10(width("OIII_5007") / width("HBETA"))
    return np.log10(width(base[4:-3])) if base.startswith("log_") and base.endswith("_EW") else column[name]


x, y = quantity("{x}"), quantity("{y}")
corners = np.array([{corners}])
inside = np.zeros(len(x), bool)
for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0)):
    crosses = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
'''

_ROWS: Final = """\
import base64
import zlib

# {name}: one bit a galaxy, in the order of the file
packed = base64.b85decode({packed!r})
inside = np.unpackbits(np.frombuffer(zlib.decompress(packed), np.uint8))[: len(ew)].astype(bool)
"""

_AXES: Final = frozenset(
    {"redshift", "log_luminosity", "break_4000", "map_x", "map_y"}
    | {
        f"{name}{version}"
        for name in ("log_NII_HALPHA", "log_OIII_HBETA", *(f"log_{line}_EW" for line in LINE_NAMES))
        for version in ("", "_PREDICTED", "_NOISY")
    }
)
"""Quantities that the code in `_GATE` can compute; a gate on others is written as its galaxies."""

_NOISE: Final = {
    "published": """\
from galactic_neon import published_noise

ivar = np.stack([column[f"{{name}}_EW_IVAR"] for name in names], axis=1)
noisy = np.asarray(published_noise({seed}, bin_flux, ew, ivar))
""",
    "intrinsic": """\
from galactic_neon import sample_many

noisy, _ = sample_many({seed}, params, bin_flux, column["log_luminosity"], column["redshift"])
""",
    "observed": """\
from galactic_neon import sample_many

noisy = sample_many({seed}, params, bin_flux, column["log_luminosity"], column["redshift"])[1].ew
""",
}


def _one_line(text: str) -> str:
    """Return text without line breaks and control characters, so that it stays within its comment in the code."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def galaxy_code(target_id: str, bin_flux: Float[np.ndarray, " bin"], log_luminosity: float, redshift: float) -> str:
    """Return code that predicts one galaxy's lines as in its table."""
    flux = ", ".join(f"{value:.9g}" for value in bin_flux.tolist())
    given = {"log_luminosity": f"{log_luminosity:.9g}", "redshift": f"{redshift:.9g}"}
    return _GALAXY.format(target_id=_one_line(target_id), flux=flux, **given)


class Chosen(NamedTuple):
    """A population: its name, its rows, the number `n` of galaxies in the catalogue, and its gate or None.

    `gate` has ``x`` and ``y`` (names of quantities) and ``polygon`` (pairs of their values).
    """

    name: str
    rows: Int[np.ndarray, " member"]
    n: int
    gate: Mapping[str, Any] | None


def catalogue_code(file: str, state: Mapping[str, Any], chosen: Chosen | None) -> str:
    """Return code that predicts a catalogue's lines and prints medians of the lines shown.

    Parameters
    ----------
    file : str
        Name of the catalogue's file.
    state : mapping
        See `components.explorer.view.FIELDS`.
    chosen : Chosen or None
        The population whose medians are printed; None for all galaxies.
    """
    inside = "inside = np.ones(len(ew), bool)"
    gate = chosen.gate if chosen else None
    if chosen and not (gate and {gate["x"], gate["y"]} <= _AXES):
        mask = np.zeros(chosen.n, bool)
        mask[chosen.rows] = True
        packed = base64.b85encode(zlib.compress(np.packbits(mask).tobytes(), 9)).decode()
        inside = _ROWS.format(name=_one_line(chosen.name), packed=packed)
    elif gate:
        corners = ", ".join(f"({x:.6g}, {y:.6g})" for x, y in gate["polygon"])
        noisy = any(gate[axis].endswith("_NOISY") for axis in "xy")
        noise = _NOISE[state["noise"]].format(seed=state["seed"]) if noisy else ""
        inside = _GATE.format(noise=noise, x=gate["x"], y=gate["y"], corners=corners)
    shown = [name for name in LINE_NAMES if name in state["lines"]]
    return _CATALOGUE.format(file=file, gate=inside, lines=shown)
