"""Write data/files/filters.csv, the response of LSST's and the DESI Legacy Surveys' bands, from the package speclite.

    .venv/bin/pip install speclite && .venv/bin/python scripts/filter_curves.py

speclite (BSD-3) has the curves with their references, but needs scipy and matplotlib, so the product reads this table
instead. Each value is the mean response over a step, which conserves the curves' integrals.
"""

from pathlib import Path

import numpy as np

OUT = Path(__file__).parents[1] / "data" / "files" / "filters.csv"
STEP = 10.0  # Å
BANDS = {"LSST": ("lsst2023", "ugrizy"), "DESI": ("decamDR1", "grz")}
SOURCES = (
    "# Response of bands, atmosphere at airmass 1.2 included, by observed wavelength [Angstrom]; written by",
    "# scripts/filter_curves.py from speclite.",
    "# LSST: github.com/lsst/throughputs, tag 1.9. DESI: DECam as the DESI Legacy Surveys' DECaLS, Abbott et al. 2018,",
    "# ApJS 239, 18 (doi:10.3847/1538-4365/aae9f0).",
)


def main() -> None:
    """Read speclite's curves and write the table."""
    from speclite.filters import load_filter  # pyright: ignore[reportMissingImports] - installed for this program alone

    centers = np.arange(3000.0, 11500.0, STEP)
    fine = (centers[:, None] + np.arange(0.5, STEP) - STEP / 2).ravel()
    columns = {"wavelength": centers}
    for survey, (group, bands) in BANDS.items():
        for band in bands:
            response = load_filter(f"{group}-{band}").interpolator(fine)
            columns[f"{survey} {band}"] = response.reshape(len(centers), -1).mean(axis=1)
    rows = [",".join(columns)]
    rows += [",".join(f"{value:.6g}" for value in row) for row in zip(*columns.values(), strict=True)]
    OUT.write_text("\n".join([*SOURCES, *rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
