"""Descriptions of an evaluation's figures in sentences, as alternative text and summaries."""

from model.lines import LINE_COUNT
from model.physics.diagnostics import KAUFFMANN, KEWLEY
from research.evaluation.record.schema import FEWEST, OURS, Distribution, LineRecord, Variant


def agreement_words(found: LineRecord) -> str:
    """Describe how well predicted and observed EWs agree.

    Parameters
    ----------
    found : LineRecord
        One line of a variant.

    Returns
    -------
    str
        Two sentences.
    """
    score, shown = found.scores[OURS], sum(found.density.count) / max(found.density.n, 1)
    return (
        f"{score.n:,} galaxies: ρ = {score.spearman:.3f}, NMAD {score.nmad:.2f} Å, bias {100 * score.bias:+.1f} %. "
        f"Within fifths of colour, red to blue, ρ is {', '.join(f'{rho:.2f}' for rho in score.quintiles)}. Cells of "
        f"fewer than {FEWEST} galaxies are left out; the others hold {100 * shown:.0f} % of them."
    )


def residual_words(found: LineRecord) -> str:
    """Describe how the median of observed over predicted EW depends on colour.

    Parameters
    ----------
    found : LineRecord
        One line of a variant.

    Returns
    -------
    str
        One sentence.
    """
    median = [10**value for value in found.residual.p50]
    width = [(high - low) / 2 for high, low in zip(found.residual.p84, found.residual.p16, strict=True)]
    return (
        f"In bins of colour, the median of observed over predicted EW ranges from {min(median):.2f} to "
        f"{max(median):.2f}. Half the width of the 16–84 % band is {width[0]:.2f} dex for the bluest galaxies and "
        f"{width[-1]:.2f} dex for the reddest."
    )


def coverage_words(variant: Variant) -> str:
    """Describe the coverage of the intervals.

    Parameters
    ----------
    variant : Variant
        Variant, with or without a joint distribution.

    Returns
    -------
    str
        One or two sentences.
    """
    shares = [found.scores[OURS].coverage for found in variant.lines.values()]
    given = [share for share in shares if share is not None]
    text = "The network gives no intervals."
    if given:
        text = (
            f"The network’s 16–84 % interval contains {_range(given)} of the observed EWs, line by line; the "
            "exact value would be 68 %."
        )
    if variant.distribution is not None:
        drawn = variant.distribution.lines.values()
        text += (
            f" The central 68 % of the draws contain {_range([each.cover_68 for each in drawn])} of the observed "
            f"EWs, and the central 95 % contain {_range([each.cover_95 for each in drawn])}."
        )
    return text


def _range(shares: list[float]) -> str:
    return f"{100 * min(shares):.1f} to {100 * max(shares):.1f} %"


def comparison_words(variant: Variant, titles: dict[str, str]) -> str:
    """Describe which methods score lower, higher, or not significantly differently.

    Parameters
    ----------
    variant : Variant
        Variant with differences from other methods.
    titles : dict
        Titles of the methods by name.

    Returns
    -------
    str
        One sentence.
    """
    sides: dict[str, list[str]] = {"ahead of": [], "behind": [], "not distinguishable from": []}
    for name, (value, low, high) in variant.mean_against.items():
        side = "not distinguishable from" if low * high <= 0 else "ahead of" if value > 0 else "behind"
        sides[side].append(f"{titles[name]} ({value:+.4f})")
    text = [f"{side} {', '.join(names)}" for side, names in sides.items() if names]
    return (
        f"In the mean ρ of the {LINE_COUNT} lines this network is {'; '.join(text)}."
        if text
        else "Nothing was compared."
    )


def diagram_words(distribution: Distribution, cut: str) -> str:
    """Describe how many galaxies lie above the curves of the BPT diagram.

    Parameters
    ----------
    distribution : Distribution
        Distribution of a variant.
    cut : str
        "all" or "S/N > 3".

    Returns
    -------
    str
        Two sentences.
    """

    def numbers(name: str) -> str:
        versions = ("observed", "predicted", "drawn")
        shares = [f"{100 * distribution.diagrams[version][f'{name}, {cut}']:.1f} %" for version in versions]
        return "{} of the observed galaxies, {} of the predicted ones and {} of those with noise lie {}".format(
            *shares, name
        )

    kewley, kauffmann = (numbers(f"above {curve.name}") for curve in (KEWLEY, KAUFFMANN))
    return f"{kewley}; {kauffmann}."
