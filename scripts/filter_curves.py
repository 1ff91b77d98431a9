"""Write data/files/filters.csv, the response of the bands of five surveys, from two packages of PyPI.

    pip download --no-deps -d /tmp/curves speclite==1.0.0 astro-sedpy==0.4.1
    python -m scripts.filter_curves /tmp/curves/speclite-*.whl /tmp/curves/astro_sedpy-*.whl

The packages are read and not installed: speclite (BSD-3) has the curves of LSST, DECam and Euclid, astro-sedpy (MIT)
those of Roman and SPHEREx. Each value is the mean response over a pixel, which conserves the curves' integrals.
"""

import re
import sys
import zipfile
from pathlib import Path

import numpy as np

OUT = Path(__file__).parents[1] / "data" / "files" / "filters.csv"
PIXELS = ((3000.0, 11500.0, 10.0), (11520.0, 50500.0, 50.0))
"""First and last centre and width of the pixels [Å]; bands in the infrared are wide."""
SPECLITE = {"LSST": ("lsst2023", "ugrizy"), "DESI": ("decamDR1", "grz"), "Euclid": ("Euclid", ("VIS", "Y", "J", "H"))}
ROMAN = {"R": "062", "Z": "087", "Y": "106", "J": "129", "W": "146", "H": "158", "F": "184", "K": "213"}
"""The letters of Roman's filters, and the number in the name of each curve's file."""
NEAR = 0.06
"""Part of SPHEREx's curves that is used: as far from the peak, relative to its wavelength. The rest is noise."""
LOWEST = {"SPHEREx": 1e-2}
"""Lowest response that is kept, relative to the peak, where not 1e-4: below it are noise and leaks."""
HEADER = (
    "# Response of bands per photon by observed wavelength [Angstrom], of LSST and DESI with the atmosphere at airmass",
    "# 1.2; written by scripts/filter_curves.py. The first row has the wavelengths of all pixels; each other row has a",
    "# band, its first wavelength with a response, and its responses from there on. Sources: LICENSE-filters.md.",
    "band,first,responses",
)


def main(speclite: str, sedpy: str) -> None:
    """Read the curves of the two wheels and write the table."""
    centers = np.concatenate([np.arange(low, high, step) for low, high, step in PIXELS])
    widths = np.concatenate([np.full(len(np.arange(low, high, step)), step) for low, high, step in PIXELS])
    fine = centers[:, None] + widths[:, None] * ((np.arange(10) + 0.5) / 10 - 0.5)
    rows = [*HEADER, f"wavelength,{centers[0]:g},{' '.join(f'{value:g}' for value in centers)}"]
    for name, (wavelength, response) in {**of_speclite(speclite), **of_sedpy(sedpy)}.items():
        means = np.interp(fine, wavelength, response, left=0.0, right=0.0).mean(axis=1)
        means[means < LOWEST.get(name.split()[0], 1e-4) * means.max()] = 0.0
        used = np.flatnonzero(means)
        values = means[used[0] : used[-1] + 1]
        if name.split()[0] in ("Roman", "SPHEREx"):  # effective areas, and a unit that is not given
            values = values / values.max()
        rows.append(f"{name},{centers[used[0]]:g},{' '.join(f'{value:.4g}' for value in values.round(5))}")
    OUT.write_text("\n".join([*rows, ""]), encoding="utf-8")
    print(f"Wrote {len(rows) - len(HEADER) - 1} bands to {OUT}.")


def of_speclite(wheel: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return wavelengths [Å] and responses by survey and band."""
    curves = {}
    with zipfile.ZipFile(wheel) as opened:
        for survey, (group, bands) in SPECLITE.items():
            for band in bands:
                text = opened.read(f"speclite/data/filters/{group}-{band}.ecsv").decode()
                table, unit = _numbers(text), 10.0 if "name: wavelength, unit: nm" in text else 1.0
                curves[f"{survey} {band}"] = unit * table[:, 0], table[:, 1]
    return curves


def of_sedpy(wheel: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return wavelengths [Å] and responses: means over Roman's detectors, and the channels of SPHEREx's six arrays."""
    curves = {}
    with zipfile.ZipFile(wheel) as opened:
        for letter, number in ROMAN.items():
            table = _numbers(opened.read(f"sedpy/data/filters/roman_wfi_f{number}.par").decode())
            curves[f"Roman {letter}"] = table[:, 0], table[:, 1]
        for array in range(1, 7):
            table = _numbers(opened.read(f"sedpy/data/filters/spherex_band{array}.par").decode())
            wavelength = table[:, 0]
            for channel, response in enumerate(table[:, 1:].T, start=1):
                near = np.abs(wavelength / wavelength[response.argmax()] - 1) < NEAR
                curves[f"SPHEREx b{array}ch{channel:02}"] = wavelength, np.where(near, response, 0.0)
    return curves


def _numbers(text: str) -> np.ndarray:
    """Return the rows of a text file that begin with a number."""
    return np.array([row.split() for row in text.splitlines() if re.match(r"[\d.]", row)], float)


if __name__ == "__main__":
    main(*sys.argv[1:])
