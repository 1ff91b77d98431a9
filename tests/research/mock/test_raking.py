import numpy as np
import pytest

from data.errors import CatalogueError
from model.lines import LINE_NAMES
from research.mock.density import load_density
from research.mock.raking import COLUMNS, Margin, columns_of, keep_probability, rake

N = 20_000
HALPHA = LINE_NAMES.index("HALPHA")


def galaxies(seed, tilt=0.0, missing=0.3):
    """Galaxies whose lines are stronger by `tilt` dex than others', Halpha not listed in a share of them."""
    generator = np.random.default_rng(seed)
    quantities = generator.normal(size=(N, 13))
    common = generator.normal(0.5, 0.3, (N, 1))
    ew = 10 ** (common + generator.normal(tilt, 0.3, (N, 10)))
    ew[generator.random(N) < missing, HALPHA] = np.nan
    ivar = np.where(np.isfinite(ew), 10 ** generator.normal(0, 0.5, (N, 10)), np.nan)
    return columns_of(quantities, ew, ivar)


@pytest.fixture(scope="module")
def raked():
    real, drawn = galaxies(0), galaxies(1, tilt=0.08, missing=0.4)
    margins = rake(real, drawn)
    fresh = galaxies(2, tilt=0.08, missing=0.4)
    kept = np.random.default_rng(3).random(N) < keep_probability(margins, fresh)
    return real, fresh, fresh[kept]


def test_what_is_kept_has_the_histograms_of_real_galaxies(raked):
    real, fresh, kept = raked
    assert 0.3 < len(kept) / len(fresh) < 0.7
    for column in range(real.shape[1]):
        shares = []
        edges = np.nanquantile(real[:, column], np.linspace(0, 1, 11)[1:-1])
        for sample in (real, kept):
            listed = sample[np.isfinite(sample[:, column]), column]
            counts = np.bincount(np.searchsorted(edges, listed), minlength=10)
            shares.append(np.append(counts, len(sample) - len(listed)) / len(sample))
        np.testing.assert_allclose(shares[1], shares[0], atol=0.015, err_msg=COLUMNS[column])


def test_what_is_kept_has_the_diagrams_corners_too(raked):
    x, y = (COLUMNS.index(name) for name in ("NII_6584/HALPHA", "OIII_5007/HBETA"))
    share = [np.mean((sample[:, x] > 0.2) & (sample[:, y] > 0.2)) for sample in raked]
    assert share[2] == pytest.approx(share[0], abs=0.01)


def test_a_probability_is_one_without_margins_and_never_more():
    columns = galaxies(4)[:50]
    assert (keep_probability((), columns) == 1).all()
    redshift = np.array([float(COLUMNS.index("redshift"))])
    eager = Margin(redshift, np.array([[0.0]]), np.array([0.0, np.log(3.0), np.log(0.5)]))
    expected = np.where(columns[:, int(redshift[0])] < 0, 1.0, 0.5)
    np.testing.assert_allclose(keep_probability((eager,), columns), expected)


def test_candidates_of_another_kind_are_refused():
    real = galaxies(5)
    with pytest.raises(CatalogueError, match=r"would be kept, at least 10% should: .* more epochs"):
        rake(real, real + 3.0)


def test_the_shipped_weights_move_no_cell_far():
    margins = load_density()[0].margins
    least, most = (
        np.quantile(np.concatenate([margin.log_weight for margin in margins[1:]]), share) for share in (0.01, 0.99)
    )
    assert len(margins) == len(COLUMNS) + 1  # alone, the BPT and the WHAN diagram; the least S/N has none of its own
    assert -1.5 < least < most < 1.5
