"""Interpretation of a file's metadata: redshift, medium, frame, units, class, survey and epoch."""

import re
from collections.abc import Mapping
from typing import Any, Final

from data.columns.missing import RANGES
from data.columns.names import TITLES, column_of
from data.columns.units import FLUX_UNIT_KEYS, WAVELENGTH_UNIT_KEYS
from data.columns.words import medium_in

REDSHIFT_KEYS: Final = TITLES["redshift"]
MEDIUM_KEYS: Final = ("airorvac", "air_or_vac", "medium", "wavelength_medium", "wave_medium", "airvac", "wavetype")
VACUUM_KEYS: Final = ("vacuum", "vacuum_wavelengths", "invac", "in_vacuum")
FRAME_KEYS: Final = ("specsys", "frame", "spectral_frame", "wavelength_frame", "restframe", "rest_frame")
SURVEY_KEYS: Final = ("survey", "telescop", "instrume", "facility")
EPOCH_KEYS: Final = ("mjd-obs", "mjd", "date-obs", "epoch")
CLASS_KEYS: Final = ("spectype", "class", "spec_class")


def understood(said: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Interpret a file's metadata.

    Parameters
    ----------
    said : mapping
        Metadata, texts and numbers by lower-case key.
    fields : mapping
        `data.formats.Field` by column.

    Returns
    -------
    dict
        Content of `RawTable.about`, without what the file does not state.
    """
    about: dict[str, Any] = {}
    said = {key.replace(" ", "_"): value for key, value in said.items()} | dict(said)
    for key in REDSHIFT_KEYS:
        value = said.get(key)
        if isinstance(value, float) and RANGES["redshift"][0] <= value <= RANGES["redshift"][1]:
            about["redshift"], about["redshift_key"] = value, key
            break
    if medium := _medium(said, fields):
        about["medium"], about["medium_why"] = medium
    elif _is_of_iraf(said):
        about["writer"] = "IRAF"
    for key in FRAME_KEYS:
        word = str(said.get(key, "")).strip().lower()
        if word in ("source", "rest", "restframe", "rest-frame", "rest frame") or (
            key in ("restframe", "rest_frame") and word in ("true", "1.0", "1", "t", "yes")
        ):
            about["frame"], about["frame_why"] = "rest", f"the header says {key.upper()} = {word}"
            break
    wave = fields.get(column_of(fields, "wavelength"))
    if "frame" not in about and wave is not None and re.search(r"\brest([ -]?frame)?\b", wave.description.lower()):
        about["frame"], about["frame_why"] = "rest", "the column's description"
    for name, keys in (("flux_unit_said", FLUX_UNIT_KEYS), ("wavelength_unit_said", WAVELENGTH_UNIT_KEYS)):
        if text := next((str(said[key]) for key in keys if isinstance(said.get(key), str) and said[key].strip()), ""):
            about[name] = text.strip()
    for name, keys in (("survey", SURVEY_KEYS), ("epoch", EPOCH_KEYS), ("class", CLASS_KEYS)):
        if value := next((said[key] for key in keys if str(said.get(key, "")).strip()), ""):
            about[name] = str(value).strip()[:40]
    if isinstance(bits := said.get("sdqflags"), float) and 0 < bits < 1 << 31:
        about["mask_bits"] = int(bits)
    if str(said.get("dmodcls", "")).strip().lower() == "onespec":
        about["mask_convention"] = "PypeIt"
    if said.get("repeated columns"):
        about["repeated"] = str(said["repeated columns"]).split("\n")
    if said.get("header row"):
        about["header_row"] = int(said["header row"])
    if said.get("extension"):
        about["extension"] = str(said["extension"])
    return about


def _is_of_iraf(said: Mapping[str, Any]) -> bool:
    """Return whether IRAF calibrated the wavelengths of a file, or wrote it."""
    linear = str(said.get("ctype1", "")).strip().upper() == "LINEAR"
    return linear or "iraf" in str(said.get("origin", "")).lower() or "wtype=" in str(said.get("wat1_001", "")).lower()


def _medium(said: Mapping[str, Any], fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the medium of the wavelengths and where the file states it, None if it does not."""
    for key in MEDIUM_KEYS:
        word = str(said.get(key, "")).strip().lower()
        if medium := medium_in(word):
            return medium, f"the header says {key.upper()} = {word[:40]}"
    for key in VACUUM_KEYS:
        word = str(said.get(key, "")).strip().lower()
        if word in ("1.0", "1", "true", "t", "yes", "0.0", "0", "false", "f", "no"):
            yes = word in ("1.0", "1", "true", "t", "yes")
            return "vacuum" if yes else "air", f"the header says {key.upper()} = {word}"
    for key in ("ctype1", *(key for key in said if re.fullmatch(r"tctyp\d{1,3}", key))):
        axis = str(said.get(key, "")).strip().upper()
        if re.match(r"(AWAV|WAVE)(-|$)", axis):
            return "air" if axis.startswith("AWAV") else "vacuum", f"the header says {key.upper()} = {axis[:40]}"
    wave = fields.get(column_of(fields, "wavelength"))
    ucd = wave.ucd.lower() if wave is not None else ""
    if "obs.atmos" in ucd:
        return "air", f"the column's UCD is {ucd}"
    medium = medium_in(wave.description) if wave is not None else ""
    return (medium, "the column's description") if medium else None
