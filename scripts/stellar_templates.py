"""Make the library's stellar templates from the wheel of the package that publishes them.

    pip download --no-deps sdss-mangadap==4.5.0
    .venv/bin/python scripts/stellar_templates.py sdss_mangadap-4.5.0-py3-none-any.whl

The set ``bc03_mpajhu`` has 40 simple stellar populations of Bruzual & Charlot 2003, with ten ages, four metallicities
and 1 Å pixels in air (``in_vacuum = False`` in its configuration, confirmed by the cores of Balmer lines and Ca K).
They are converted to vacuum, cut to `RANGE`, rebinned to even pixels in velocity, and scaled to a mean of one; the
means are kept as "light", in solar luminosities per Å and solar mass formed.
"""

import re
import sys
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import numpy as np
from astropy.io import fits
from safetensors.numpy import save_file

TEMPLATES: Final = re.compile(r"mangadap/data/spectral_templates/bc03_mpajhu/BC03_z[\d.]+_a[\d.]+\.fits")
LICENSE: Final = re.compile(r"sdss_mangadap-[\d.]+\.dist-info/licenses/LICENSE\.md")
OUT: Final = Path(__file__).resolve().parent.parent / "model" / "spectra" / "templates_data"
RANGE: Final = (3345.0, 7060.0)
"""Wavelengths [Å, vacuum], with a margin for smoothing on both sides of 3400-7000 Å."""
STEP: Final = 50.0
"""Pixel [km/s], finer than the resolution."""
LIGHT_SPEED: Final = 299_792.458
NORMALISATION: Final = (3400.0, 7000.0)


def main() -> None:
    """Read the wheel named on the command line and write the templates and their licence."""
    edges = np.exp(np.arange(np.log(RANGE[0]), np.log(RANGE[1]), STEP / LIGHT_SPEED))
    wavelength = np.sqrt(edges[1:] * edges[:-1])
    with ZipFile(sys.argv[1]) as wheel:
        names = sorted(filter(TEMPLATES.fullmatch, wheel.namelist()))
        licence = next(filter(LICENSE.fullmatch, wheel.namelist()))
        (OUT / "LICENSE.md").write_bytes(wheel.read(licence))
        read = sorted((template(wheel.read(name), edges) for name in names), key=lambda found: found[:2])
    metallicity, age, flux = (np.array(values) for values in zip(*read, strict=True))
    inside = (wavelength >= NORMALISATION[0]) & (wavelength <= NORMALISATION[1])
    light = flux[:, inside].mean(axis=1)
    flux /= light[:, None]
    tensors = {
        "log_wavelength": np.array([np.log(wavelength[0]), STEP / LIGHT_SPEED]),
        "age": age.astype(np.float32),
        "metallicity": metallicity.astype(np.float32),
        "light": light.astype(np.float32),
        "flux": flux.astype(np.float16),
    }
    about = {"source": Path(sys.argv[1]).name, "set": "bc03_mpajhu", "frame": "rest frame, vacuum"}
    save_file(tensors, OUT / "bc03.safetensors", about)
    sys.stdout.write(f"Wrote {OUT / 'bc03.safetensors'}: {len(age)} templates of {len(wavelength)} pixels.\n")


def template(content: bytes, edges: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Return metallicity, age and flux of one template, rebinned to vacuum pixels with conservation of flux."""
    with fits.open(BytesIO(content)) as file:
        image: Any = file[0]
        header, flux = image.header, np.asarray(image.data, np.float64)
    air = header["CRVAL1"] + header["CDELT1"] * np.arange(-0.5, len(flux))
    integral = np.concatenate([[0.0], np.cumsum(flux * np.diff(to_vacuum(air)))])
    means = np.diff(np.interp(edges, to_vacuum(air), integral)) / np.diff(edges)
    return header["Z"], header["AGE"], means


def to_vacuum(air: np.ndarray) -> np.ndarray:
    """Convert wavelengths from air to vacuum [Å] (VALD3's inverse of Birch & Downs 1994, by Piskunov)."""
    s2 = (1e4 / air) ** 2
    excess = 8.336624212083e-5 + 0.02408926869968 / (130.1065924522 - s2) + 1.599740894897e-4 / (38.92568793293 - s2)
    return air * (1 + excess)


if __name__ == "__main__":
    main()
