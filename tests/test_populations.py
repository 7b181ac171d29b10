"""Sequential Monte Carlo and recovery, on problems whose answer is known."""

import math

import numpy as np
import pytest
from scipy.stats import kstest, norm

from sim.analysis.calibration import Kind, Target
from sim.analysis.history import CUT, History
from sim.analysis.populations import (
    Kernel,
    Search,
    effective,
    lowest_tolerance,
    quantiles,
    resampled,
    weights_of,
)
from sim.analysis.recovery import DRAWS, Recovery, recover
from sim.study.designs import Range

SEED = 11


def test_equal_weights_are_all_effective_and_one_weight_is_one():
    assert effective(np.full(8, 0.3)) == pytest.approx(8)
    assert effective(np.array([0, 2.0, 0])) == 1
    assert effective(np.array([3.0, 1.0])) == pytest.approx(16 / 10)
    assert effective(np.zeros(3)) == 0


def test_weights_are_likelihood_over_density_and_flatten_with_the_tolerance():
    likelihood, drawn = np.log([1.0, 4.0]), np.log([1.0, 2.0])
    assert weights_of(likelihood, drawn, 1.0) == pytest.approx([1 / 3, 2 / 3])
    assert weights_of(likelihood, drawn, 2.0) == pytest.approx(
        np.array([1, 2**0.5 / 2]) / (1 + 2**0.5 / 2)
    )
    assert weights_of(np.full(2, -np.inf), drawn, 1.0).tolist() == [0, 0]


def test_the_lowest_tolerance_leaves_what_is_wanted():
    """Weights 1 and exp(-8 / e^2): an effective size of 1.6 needs a ratio r with
    (1 + r)^2 = 1.6 (1 + r^2), r = 1/3, e^2 = 8 / log 3."""
    found = lowest_tolerance(np.array([0.0, -8.0]), np.zeros(2), 1.6)
    assert found == pytest.approx(math.sqrt(8 / math.log(3)))
    assert lowest_tolerance(np.array([0.0, -0.1]), np.zeros(2), 1.6) == 1.0


def test_systematic_resampling_gives_each_its_share_but_for_rounding():
    weights = np.array([0.5, 0.25, 0.125, 0.125])
    counts = np.bincount(resampled(weights, 80, np.random.default_rng(SEED)), minlength=4)
    assert counts.tolist() == [40, 20, 10, 10]


def test_quantiles_are_weighted():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25])
    assert quantiles(values, weights, [0.2, 0.25, 0.3, 0.6]).tolist() == [1, 1, 2, 3]


def test_a_kernel_knows_the_density_that_it_draws_by():
    """One centre: a normal with the covariance of the points times Silverman's factor."""
    rng = np.random.default_rng(SEED)
    points = rng.normal(size=(500, 2)) * [1.0, 3.0]
    weights = np.full(500, 1 / 500)
    kernel = Kernel.around(points, weights, rng)
    single = Kernel(np.zeros((1, 2)), kernel.root)
    factor = (4 / (4 * 500)) ** (1 / 3)
    sd = np.sqrt(np.diag(kernel.root @ kernel.root.T))
    assert sd == pytest.approx(points.std(axis=0) * math.sqrt(factor))
    assert single.log_density(np.zeros((1, 2)))[0] == pytest.approx(
        -math.log(2 * math.pi) - np.log(np.diag(kernel.root)).sum()
    )
    drawn = single.draw(4000, rng) @ np.linalg.inv(kernel.root).T
    assert kstest(drawn[:, 1], "norm").pvalue > 1e-3


def toy(rng, size=2000, keep=300):
    """Two parameters in the unit square; the mean of each was seen with error: .3 and .6."""
    seen, sd = np.array([0.3, 0.6]), np.array([0.05, 0.2])

    def likelihood(points):
        simulated = points + 0.02 * rng.standard_normal(points.shape)
        return (-0.5 * ((simulated - seen) / sd) ** 2).sum(axis=1)

    def inside(points):
        return ((points >= 0) & (points <= 1)).all(axis=1)

    search = Search(rng.random((size, 2)), inside, 1.0, likelihood, rng)
    search.run(size // 4, 3, keep, lambda _: None)
    return search


def exact(seen, sd):
    """Mean and standard deviation of a normal cut off at 0 and 1."""
    low, high = (0 - seen) / sd, (1 - seen) / sd
    mass = norm.cdf(high) - norm.cdf(low)
    shift = (norm.pdf(low) - norm.pdf(high)) / mass
    square = (low * norm.pdf(low) - high * norm.pdf(high)) / mass
    return seen + sd * shift, sd * math.sqrt(1 + square - shift**2)


def test_populations_come_to_the_exact_posterior():
    """Errors of the estimates: mean sd / sqrt(ess), sd that over sqrt(2); four of them."""
    search = toy(np.random.default_rng(SEED))
    points, weights = search.weighted()
    size = effective(weights)
    assert size >= 300
    assert search.tolerances[-1] == 1.0
    assert search.tolerances == sorted(search.tolerances, reverse=True)
    for k, (seen, sd) in enumerate([(0.3, math.hypot(0.05, 0.02)), (0.6, math.hypot(0.2, 0.02))]):
        mean, spread = exact(seen, sd)
        found = weights @ points[:, k]
        assert found == pytest.approx(mean, abs=4 * spread / math.sqrt(size))
        deviation = math.sqrt(weights @ (points[:, k] - found) ** 2)
        assert deviation == pytest.approx(spread, abs=4 * spread / math.sqrt(2 * size))


def test_the_same_seed_gives_the_same_populations():
    one, other = (toy(np.random.default_rng(SEED), 200, 20).weighted() for _ in range(2))
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])


@pytest.mark.slow
def test_populations_agree_with_pyabc(tmp_path):
    """The same toy problem by pyABC's sequential Monte Carlo with a stochastic acceptor."""
    pyabc = pytest.importorskip("pyabc", reason="pyABC is not installed")
    rng = np.random.default_rng(SEED)

    def model(parameters):
        return {k: parameters[k] + 0.02 * rng.standard_normal() for k in ("a", "b")}

    kernel = pyabc.IndependentNormalKernel(var=[0.05**2, 0.2**2], keys=["a", "b"])
    abc = pyabc.ABCSMC(
        model, pyabc.Distribution(a=pyabc.RV("uniform", 0, 1), b=pyabc.RV("uniform", 0, 1)),
        kernel, population_size=400, acceptor=pyabc.StochasticAcceptor(),
        eps=pyabc.Temperature(), sampler=pyabc.SingleCoreSampler(),
    )  # fmt: skip
    abc.new(f"sqlite:///{tmp_path}/abc.db", {"a": 0.3, "b": 0.6})
    frame, weight = abc.run(max_nr_populations=6).get_distribution()
    points, weights = toy(np.random.default_rng(SEED)).weighted()
    theirs = effective(weight)
    for k, name in enumerate("ab"):
        spread = math.sqrt(weights @ (points[:, k] - weights @ points[:, k]) ** 2)
        error = spread * math.sqrt(1 / theirs + 1 / effective(weights))
        assert weights @ points[:, k] == pytest.approx(weight @ frame[name], abs=4 * error)


# History matching

SPACE = {"a": Range(0, 10), "b": Range(-1, 1)}


def matched(noise=0.1):
    """A measure a^2 / 10 + b, seen at 5 with an error of .3."""
    rng = np.random.default_rng(SEED)
    points = rng.random((400, 2)) * [10, 2] + [0, -1]
    values = points[:, 0] ** 2 / 10 + points[:, 1] + noise * rng.standard_normal(400)
    target = Target("m", Kind.observed, aim=5.0, sd=0.3)
    return History.fitted(SPACE, [target, Target("h", Kind.happened)], points, {"m": values})


def test_an_emulator_finds_a_quadratic_measure_and_its_noise():
    history = matched()
    assert history.spread[0] == pytest.approx(0.1, rel=0.15)
    away = history.implausibility(np.array([[5.0, 0.5]]))[0]
    assert away == pytest.approx((5 - 3.0) / math.hypot(0.3, 0.1), rel=0.05)


def test_what_is_implausible_or_outside_is_left_out():
    history = matched()
    right, wrong, outside = [50**0.5, 0.0], [1.0, 0.0], [50**0.5, 1.2]
    assert history.plausible(np.array([right, wrong, outside])).tolist() == [True, False, False]
    assert history.implausibility(np.array([wrong]))[0] > CUT


def test_what_could_not_be_measured_is_implausible_not_an_error():
    points = np.random.default_rng(SEED).random((50, 2)) * [10, 2] + [0, -1]
    values = np.where(points[:, 0] > 9.9, np.nan, points[:, 0])
    target = Target("m", Kind.observed, aim=5.0, sd=0.3)
    assert np.isfinite(History.fitted(SPACE, [target], points, {"m": values}).spread).all()


# Recovery


def table(size=3000):
    """Two parameters, of which one is measured and the other is not; a condition on the first."""
    rng = np.random.default_rng(SEED)
    points = rng.random((size, 2))
    measures = {
        "seen": points[:, 0] + 0.01 * rng.standard_normal(size),
        "kept": points[:, 0],
        "share": np.clip(points[:, 0], 0.01, 0.99),
    }
    targets = [
        Target("seen", Kind.observed, aim=0.5, sd=0.1),
        Target("kept", Kind.required, sd=0.1, low=0.2),
        Target("share", Kind.happened),
    ]
    return points, measures, targets


def test_ranks_are_uniform_and_intervals_cover_what_they_say():
    """Of 800: the error of a coverage of .8 is .014."""
    points, measures, targets = table()
    found = recover(["a", "b"], points, measures, targets, 800, np.random.default_rng(SEED))
    assert (found.uniformity() > 0.01).all()
    assert found.coverage()[:, 1] == pytest.approx([0.8, 0.8], abs=4 * 0.0141)
    assert found.ranks.min() >= 0
    assert found.ranks.max() <= DRAWS
    assert found.correlation()[0] > 0.85
    assert abs(found.correlation()[1]) < 0.2


def test_what_is_not_right_is_found_out():
    """Ranks crowded at both ends, as of too narrow intervals; and intervals that miss."""
    rng = np.random.default_rng(SEED)
    ranks = np.column_stack(
        [rng.integers(0, 100, 800), (rng.beta(0.7, 0.7, 800) * 100).astype(int)]
    )
    truth = np.tile([[0.5, 0.5]], (800, 1))
    limits = np.tile([0.4, 0.6, 0.3, 0.7, 0.6, 0.9], (800, 2, 1))
    found = Recovery(("a", "b"), truth, truth, limits, ranks, np.ones(800))
    assert found.uniformity()[0] > 0.01
    assert found.uniformity()[1] < 0.01
    assert found.coverage().tolist() == [[1, 1, 0], [1, 1, 0]]
