"""Convert the published network's weights."""

import argparse
from hashlib import sha256
from pathlib import Path
from typing import Any

from model.weights import WeightsError, load_sidecar, save_params


def register(commands: Any) -> None:
    """Describe the command."""
    command = commands.add_parser("import-published", help=run.__doc__, description=run.__doc__)
    command.set_defaults(run=run)
    command.add_argument("file", metavar="FILE.npy", help="params_of_model_with(out)_luminosity.npy")
    command.add_argument("out", metavar="OUT", help=".safetensors to write or to join")


def run(args: argparse.Namespace) -> int:
    """Convert a published weights file, joining the other variant if OUT has it already."""
    from model.network import Params
    from model.published import read_published
    from model.weights import read_params

    out = Path(args.out)
    if out.suffix != ".safetensors":
        raise WeightsError(f"OUT is {out.name!r}; it must end in .safetensors.")
    variant, network = read_published(Path(args.file))
    params = read_params(out) if out.is_file() else Params(None, None, None, None)
    params = params._replace(**{variant: network})
    sources = load_sidecar(out).get("sources", {}) if out.is_file() else {}
    sources[variant] = {"file": Path(args.file).name, "sha256": sha256(Path(args.file).read_bytes()).hexdigest()}
    about = {
        "name": out.stem,
        "answer": "EW as catalogued, given detection",
        "unit": "Angstrom, rest frame, positive in emission",
        "reference": "Khederlarian et al. 2024, MNRAS 531, 1454 (doi:10.1093/mnras/stae1189)",
        "sources": sources,
    }
    save_params(params, out, about)
    print(f"Wrote the {variant} variant to {out}.")
    return 0
