"""Judge whether DESI's galaxies with a mock's starlight have such lines."""

import json
from pathlib import Path
from typing import Final

import click

from analysis.mocks.judging import GALAXIES, Asked, judge_file
from analysis.mocks.record import as_record, as_text
from commands.options import FILE, SEED, Command
from data.columns.lines import AUTO, LINE_UNITS, NAMES
from model.storage.files import write_atomically
from model.storage.weights import load_params
from storage.program import PROGRAM

MORE: Final = """
input: one galaxy per row (.parquet, .csv, .ecsv, .fits, .vot), as for predict
  flux_00 ... flux_11      mean line-masked continuum in twelve bins, 3400-7000 A rest frame, > 0
  lines, of any of the ten lines, as one of
    {LINE}_EW              rest-frame equivalent widths [A]; a stated unit is used
    {LINE}_FLUX            fluxes, in the unit that the file states or --line-unit
    {LINE}_LUMINOSITY      luminosities, in the unit that the file states or --line-unit
    Ba_alpha_6563 ...      lines of diffsky, OpenCosmo and DSPS, likewise
    "H 1 6562.80A" ...     lines of synthesizer, likewise
  log_luminosity, redshift optional with EWs; they narrow down which galaxies are compared, and name regions

Fluxes and luminosities are divided by the continuum beside the line, so the continuum needs a unit, stated by the file
or --flux-unit, or a column log_luminosity; between fluxes and luminosities a redshift is needed too.

What is judged: every galaxy is compared with draws of the lines of DESI's galaxies with its starlight. The shares of
galaxies beyond the central 68, 95 and 99.9 % should be 32, 5 and .1 %, for each line and for all lines jointly. Shares
of BPT and WHAN classes, and percentiles of line ratios, are compared with those of the draws.

examples:
  cli.py judge mock.parquet
  cli.py judge mock.fits --out report             # report/judgement.json and report/judgement.html
  cli.py judge diffsky.parquet --line-unit erg/s --flux-unit Lsun/Hz
  cli.py judge desi.parquet --catalogued          # lines with DESI's noise; an empty cell is a line not detected

exit status: 0 the lines pass, 3 they do not, 1 nothing was judged, 2 wrong usage
"""


@click.command("judge", cls=Command, epilog=MORE.replace("cli.py", PROGRAM))
@click.argument("source", metavar="MOCK", type=FILE)
@click.option("--catalogued", is_flag=True, help="The lines have DESI's noise and selection; otherwise none.")
@click.option(
    "--columns",
    type=click.Choice([AUTO, *NAMES]),
    default=AUTO,
    show_default=True,
    help="Names of the lines' columns; auto takes the first kind of which there is a line.",
)
@click.option(
    "--line-unit", default="", metavar="UNIT", help=f"Unit of lines whose column states none: {', '.join(LINE_UNITS)}."
)
@click.option("--flux-unit", default="", metavar="UNIT", help="Unit of the continuum if the file states none.")
@click.option(
    "--galaxies",
    type=click.IntRange(100),
    default=GALAXIES,
    show_default=True,
    help="Judge as many, spread evenly over the file.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Number of the draws that are compared.")
@click.option("--out", type=FILE, metavar="DIR", help="Folder for judgement.json and judgement.html.")
def command(
    source: Path,
    catalogued: bool,
    columns: str,
    line_unit: str,
    flux_unit: str,
    galaxies: int,
    seed: int,
    out: Path | None,
) -> int:
    """Judge whether DESI's galaxies with the starlight of MOCK have such lines."""
    from tqdm import tqdm

    with tqdm(bar_format="{desc}  [{elapsed}]", disable=None) as bar:
        bar.set_description_str("Drawing the lines of DESI's galaxies")
        params = load_params("default" if catalogued else "noise-free")
        asked = Asked(columns, line_unit, flux_unit, catalogued, galaxies, seed)
        record = as_record(judge_file(source, params, asked))
    click.echo(as_text(record))
    click.echo(" ".join(record["notes"]), err=True)
    if out is not None:
        from components.judgement.report import report

        out.mkdir(parents=True, exist_ok=True)
        write_atomically(out / "judgement.json", json.dumps(record, indent=1, ensure_ascii=False).encode())
        write_atomically(out / "judgement.html", report(record).encode())
        click.echo(f"Wrote {out / 'judgement.json'} and judgement.html.", err=True)
    return 0 if record["passes"] else 3
