"""Text tables of the record of an evaluation."""

from model.lines import LINE_NAMES
from research.evaluation.record.schema import OURS, Distribution, Evaluation, Variant


def as_text(record: Evaluation) -> str:
    """Return a record as text for a terminal.

    Parameters
    ----------
    record : Evaluation
        Record of an evaluation.

    Returns
    -------
    str
        Tables of plain text.
    """
    parts = [f"{record.table.held_out} held-out galaxies of {record.table.galaxies}, {record.model.name}", ""]
    for name, variant in record.variants.items():
        parts += [*_ours(name, variant), *_against(name, variant, record)]
        if variant.distribution is not None:
            parts.append(draws_as_text(name, variant.distribution))
    if record.calibration is not None:
        from research.evaluation.tables import blocks

        parts += ["calibration", blocks(record)["calibration"], ""]
    for bins, by_variant in record.missing.items():
        for name, lines in by_variant.items():
            parts += [f"lost without bin {bins.replace(' ', ' and ')}: {name}", f"{'line':<12} {'rho':>7} {'NMAD':>9}"]
            parts += [f"{line:<12} {loss.spearman:>+7.4f} {loss.nmad:>+9.1%}" for line, loss in lines.items()]
            parts.append("")
    return "\n".join([*parts, *_times(record)])


def _ours(name: str, variant: Variant) -> list[str]:
    head = (
        f"{'line':<12} {'n':>6} {'rho':>7} {'NMAD [Å]':>9} {'bias':>7} {'in 16-84 %':>10}  rho in fifths, red to blue"
    )
    lines = [f"{OURS}, {name}", head]
    for line in LINE_NAMES:
        score = variant.lines[line].scores[OURS]
        inside = "" if score.coverage is None else f"{score.coverage:.1%}"
        fifths = " ".join(f"{rho:.2f}" for rho in score.quintiles)
        lines.append(
            f"{line:<12} {score.n:>6} {score.spearman:>7.4f} {score.nmad:>9.3f} {score.bias:>+7.1%} "
            f"{inside:>10}  {fifths}"
        )
    return [*lines, f"{'mean':<12} {'':>6} {variant.mean[OURS]:>7.4f}", ""]


def _against(name: str, variant: Variant, record: Evaluation) -> list[str]:
    out = []
    for other, (mean, low, high) in variant.mean_against.items():
        out += [
            f"{record.methods[other].title}, {name}; ours minus it, with 95 % of {record.resamples} paired resamples",
            f"{'line':<12} {'rho':>7} {'NMAD [Å]':>9} {'bias':>7}   difference in rho            in NMAD [Å]",
        ]
        for line in LINE_NAMES:
            score, found = variant.lines[line].scores[other], variant.lines[line].against[other]
            rho = "{:+.4f} [{:+.4f}, {:+.4f}]".format(*found.spearman)
            nmad = "{:+.4f} [{:+.4f}, {:+.4f}]".format(*found.nmad)
            out.append(f"{line:<12} {score.spearman:>7.4f} {score.nmad:>9.3f} {score.bias:>+7.1%}   {rho:<28} {nmad}")
        out += [f"{'mean':<12} {variant.mean[other]:>7.4f} {'':>17}   {mean:+.4f} [{low:+.4f}, {high:+.4f}]", ""]
    return out


def draws_as_text(name: str, found: Distribution) -> str:
    """Return the scores of joint draws as text for a terminal.

    Parameters
    ----------
    name : str
        Name of the variant.
    found : Distribution
        Scores of its draws.

    Returns
    -------
    str
        Tables of plain text.
    """
    columns = f"{'68 %':>6} {'95 %':>6} {'KS':>6} {'rho':>6} {'limit':>6} {'NMAD':>6}"
    head = f"{'line':<12} {'CRPS':>7} {'neighb.':>7} {'':>6} {columns} {'listed - predicted [points], red to blue':>42}"
    out = [f"{name}: {found.draws} joint draws with errors and selection", head]
    for line_name, line in found.lines.items():
        gain = line.crps / line.crps_neighbours - 1
        gaps = " ".join(f"{100 * (a - b):+5.1f}" for a, b in zip(line.listed, line.listed_predicted, strict=True))
        out.append(
            f"{line_name:<12} {line.crps:>7.3f} {line.crps_neighbours:>7.3f} {gain:>+6.1%} {line.cover_68:>6.1%} "
            f"{line.cover_95:>6.1%} {line.pit_ks:>6.3f} {line.spearman:>6.3f} "
            f"{line.spearman_limit:>6.3f} {line.nmad:>6.3f} {gaps:>42}"
        )
    out += [
        f"energy score of the free lines {found.energy_score:.2f} Å",
        f"trees distinguish drawn from real with AUC {found.auc:.3f}",
        "",
        f"{'':<26} {'observed':>9} {'chance':>9} {'training':>9} {'predicted':>9} {'drawn':>9}",
    ]
    columns = [found.diagrams[version] for version in ("observed", "chance", "training", "predicted", "drawn")]
    out += [f"{key:<26}" + "".join(f" {column[key]:>9.3f}" for column in columns) for key in columns[0]]
    return "\n".join([*out, ""])


def _times(record: Evaluation) -> list[str]:
    out = [f"{'time, measured in this run':<28} {'one galaxy':>12} {'100,000':>12}"]
    for method in record.methods.values():
        if method.seconds_one is None or method.seconds_each is None:
            out.append(f"{method.title:<28} absent: {method.absent}")
        else:
            out.append(f"{method.title:<28} {1e3 * method.seconds_one:>9.3f} ms {1e5 * method.seconds_each:>10.3f} s")
    return out
