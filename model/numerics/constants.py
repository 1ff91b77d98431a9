"""Constants of nature and of units."""

from typing import Final

LIGHT_SPEED: Final = 299_792.458
"""Speed of light [km/s]."""
CM_PER_MPC: Final = 3.0856775814913673e24
"""Centimetres per megaparsec; the parsec of IAU 2015 resolution B2, 648000/π astronomical units."""
