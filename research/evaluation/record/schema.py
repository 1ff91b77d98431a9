"""Schema of the record of an evaluation."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

FORMAT: Final = 1
OURS: Final = "ours"
"""Name of the evaluated method, with which the others are compared."""
FEWEST: Final = 20
"""Smallest number of galaxies in a cell of a shipped histogram, which must not reveal single galaxies."""

Triple = tuple[float, float, float]


class Part(BaseModel):
    """Base class of the parts of a record; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=True, frozen=True)


class Model(Part):
    """Evaluated model: name and checksums of the weights."""

    name: str
    sha256: str
    distribution_sha256: str | None


class Table(Part):
    """Table of galaxies of the evaluation."""

    name: str
    sha256: str
    galaxies: int
    held_out: int


class Method(Part):
    """A prediction method, and its time in this evaluation."""

    title: str
    about: str
    seconds_one: float | None
    """Time of a warm call with one galaxy [s]."""
    seconds_each: float | None
    """Time per galaxy in a call with many [s]."""
    absent: str | None = None
    """Why the method could not be measured."""


class Score(Part):
    """Scores of one line, see `metrics.Score`; `quintiles` is rho within colour quintiles, red to blue."""

    n: int
    spearman: float
    nmad: float
    bias: float
    coverage: float | None
    quintiles: list[float]


class Difference(Part):
    """Scores of `OURS` minus another method's: value, and the bounds of the central 95 % of paired resamples."""

    spearman: Triple
    nmad: Triple


class Cells(Part):
    """A two-dimensional histogram: counts and indices of the cells with at least `FEWEST` galaxies."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    size: tuple[int, int]
    x: list[int]
    y: list[int]
    count: list[int]
    n: int
    """Number of galaxies, including those in omitted cells."""


class Bands(Part):
    """Percentiles of a quantity in bins of another quantity with equally many galaxies."""

    at: list[float]
    p2: list[float]
    p16: list[float]
    p50: list[float]
    p84: list[float]
    p98: list[float]


class LineRecord(Part):
    """One line in one variant."""

    scores: dict[str, Score]
    against: dict[str, Difference]
    density: Cells
    """log10 of predicted (x) and observed (y) EW [Å]."""
    observed: Bands
    """log10 of observed EW in bins of log10 of predicted EW."""
    residual: Bands
    """log10 of observed / predicted EW in bins of colour."""
    residual_others: dict[str, list[float]]
    """Median of log10 of observed / predicted EW in bins of colour, for the other methods."""


class DrawnLine(Part):
    """Scores of the joint draws in one line: see `evaluation.draws`."""

    n: int
    crps: float
    crps_neighbours: float
    pit_ks: float
    pit: list[float]
    cover_68: float
    cover_95: float
    cover_68_quintiles: list[float]
    cover_95_quintiles: list[float]
    counted: list[int]
    """Number of galaxies in each colour quintile."""
    spearman: float
    """Rho of the median of the draws."""
    spearman_limit: float
    """Rho extrapolated to infinitely many draws."""
    nmad: float
    largest: float
    listed: list[float]
    listed_predicted: list[float]
    listed_drawn: list[float]


class Distribution(Part):
    """The joint draws of one variant."""

    draws: int
    lines: dict[str, DrawnLine]
    energy_score: float
    auc: float
    """Area under the ROC curve of boosted trees that classify lines as real or drawn, given the continuum."""
    diagrams: dict[str, dict[str, float]]
    """Widths, fractions and ratios by version: "observed", "predicted", "drawn", "training" (training galaxies), and
    "chance" (standard error of the observed values)."""
    bpt: dict[str, dict[str, Cells]]
    """Histograms by cut ("all", "S/N > 3") and version ("observed", "predicted", "drawn")."""
    whan: dict[str, Cells]
    seconds_each: float
    """Time per galaxy of one joint draw of many galaxies [s]."""


class Variant(Part):
    """One variant of the network."""

    lines: dict[str, LineRecord]
    mean: dict[str, float]
    """Mean rho over the lines, by method."""
    mean_against: dict[str, Triple]
    distribution: Distribution | None


class Loss(Part):
    """Effect of missing bins on a line: change of rho, relative change of the NMAD, and the coverage."""

    spearman: float
    nmad: float
    coverage: float | None


class LineCalibration(Part):
    """Calibration of one line with the richest variant, see `evaluation.calibration`."""

    below_by_redshift: list[float]
    """Share of the listed EWs below the predicted median, in slices of redshift from near to far."""
    below_by_flux: list[float]
    """The same in slices of apparent flux, from faint to bright."""
    slope_faint: float
    """Slope of observed on predicted arcsinh(EW / Å) in the faintest tenth."""
    slope_error: float
    """Its standard error."""
    detected_by_flux: list[float]
    """Predicted minus observed share of listed lines, in slices of apparent flux."""
    detected_error: list[float]
    """Standard errors of the observed shares in these slices."""
    implied_by_color: list[float]
    """Share of listed lines that noise-free draws imply, minus the observed one, by colour fifth from red to blue."""
    renoised: list[float]
    """10, 50 and 90 % points of noise-free draws that are measured again, over the observed ones, minus 1."""
    residual_correlation: tuple[float, float, float] | None
    """Rank correlation of the residual with that of Hα in the reddest fifth: listed, its standard error, drawn."""
    rank_distance: float | None
    """Largest distance from uniform of the ranks of a free line among draws given its measurement; None if tied."""
    tail: tuple[float, float]
    """99.9 % points of the listed EWs [Å], observed and drawn."""
    tail_error: float
    """Standard error of the observed one [Å]."""
    coverage_rare: float
    """Share of the observed EWs in the 16-84 % interval among galaxies with a domain score below the edge."""


class Uncertain(Part):
    """Scores of continua with missing or noisy bins: mean rho, lowest and highest coverage over the lines.

    `linear` is the median ratio of the error that the bins cause by the network's derivatives to that by draws.
    """

    rho: float
    coverage: tuple[float, float]
    linear: float | None = None


class Calibration(Part):
    """Calibration of the richest variant in slices of the sample."""

    variant: str
    draws: int
    rare: int
    """Number of held-out galaxies with a domain score below the edge."""
    lines: dict[str, LineCalibration]
    noisy: dict[str, Uncertain]
    """Scores by the noise that is added to every bin and stated, as a share of its flux."""
    runs: dict[str, Uncertain]
    """Scores by the bins that are known, first-last."""


class Evaluation(Part):
    """Everything that `evaluate` measures."""

    format: Literal[1]
    command: str
    date: str
    git_revision: str
    processors: int
    model: Model
    table: Table
    resamples: int
    methods: dict[str, Method]
    variants: dict[str, Variant]
    missing: dict[str, dict[str, dict[str, Loss]]]
    """Losses by missing bins ("0", "11", "0 11"), variant and line."""
    calibration: Calibration | None = None
