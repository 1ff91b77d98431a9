"""Judge whether DESI's galaxies with a mock's starlight have such lines."""

import json
from pathlib import Path
from typing import Final

import click

from analysis.batch.judging import GALAXIES, as_json, as_text, judge_file
from commands.options import FILE, SEED, Command
from model.storage.files import write_atomically
from model.storage.weights import load_params
from storage.program import PROGRAM

MORE: Final = """
input: one galaxy per row (.parquet, .csv, .ecsv, .fits, .vot), as for predict
  flux_00 ... flux_11      mean line-masked continuum in twelve bins, 3400-7000 A rest frame; any unit, > 0
  {LINE}_EW                rest-frame equivalent widths [A], of any of the ten lines; a stated unit is used
  log_luminosity, redshift optional; they narrow down which galaxies are compared, and name regions

What is judged: every galaxy is compared with draws of the lines of DESI's galaxies with its starlight. The shares of
galaxies beyond the central 68, 95 and 99.9 % should be 32, 5 and .1 %, for each line and for all lines jointly.

examples:
  cli.py judge mock.parquet
  cli.py judge mock.fits --out report             # report/judgement.json and report/judgement.html
  cli.py judge desi.parquet --catalogued          # lines with DESI's noise; an empty cell is a line not detected

exit status: 0 the lines pass, 3 they do not, 1 nothing was judged, 2 wrong usage
"""


@click.command("judge", cls=Command, epilog=MORE.replace("cli.py", PROGRAM))
@click.argument("source", metavar="MOCK", type=FILE)
@click.option("--catalogued", is_flag=True, help="The lines have DESI's noise and selection; otherwise none.")
@click.option(
    "--galaxies",
    type=click.IntRange(100),
    default=GALAXIES,
    show_default=True,
    help="Judge as many, spread evenly over the file.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="Number of the draws that are compared.")
@click.option("--out", type=FILE, metavar="DIR", help="Folder for judgement.json and judgement.html.")
def command(source: Path, catalogued: bool, galaxies: int, seed: int, out: Path | None) -> int:
    """Judge whether DESI's galaxies with the starlight of MOCK have such lines."""
    from tqdm import tqdm

    with tqdm(bar_format="{desc}  [{elapsed}]", disable=None) as bar:
        bar.set_description_str("Drawing the lines of DESI's galaxies")
        params = load_params("default" if catalogued else "noise-free")
        found = judge_file(source, params, catalogued, galaxies, seed)
    click.echo(as_text(found))
    click.echo(" ".join(found.notes), err=True)
    if out is not None:
        from commands.evaluation.judgement_report import report

        out.mkdir(parents=True, exist_ok=True)
        write_atomically(out / "judgement.json", json.dumps(as_json(found), indent=1, ensure_ascii=False).encode())
        write_atomically(out / "judgement.html", report(found, source.name).encode())
        click.echo(f"Wrote {out / 'judgement.json'} and judgement.html.", err=True)
    return 0 if found.judgement.passes else 3
