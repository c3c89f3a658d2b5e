"""What the rows left out decide: folds, cycle ends, temperature, intervals and sets."""

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss, mean_tweedie_deviance

from sknn import (
    FFNNClassifier,
    FFNNRegressor,
    Gamma,
    Quantile,
    TabularClassifier,
    TabularRegressor,
    Tweedie,
)
from sknn.encoding.targets import TargetScaling
from sknn.engine.losses import Poisson, SquaredError
from sknn.ensemble.choice import best_ends, candidates
from sknn.ensemble.conformal import Scores
from sknn.ensemble.folds import Folds
from sknn.ensemble.probabilities import Probabilities
from sknn.ensemble.temperature import (
    at_temperature,
    best_temperature,
    cross_entropy,
    for_mean,
)
from sknn.ensemble.values import Values

LINEAR = {"hidden_layer_sizes": (), "learning_rate": 0.1, "max_iter": 30}
LINEAR |= {"learning_rate_schedule": "coslog4"}


def deal(n, strata=None, counts=None, seed=0):
    counts = np.ones(n, bool) if counts is None else counts
    return Folds.deal(counts, strata, np.random.default_rng(seed))


# ---- folds ------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, 9, 20, 57, 1000])
def test_ten_members_leave_out_every_row_once_in_near_equal_parts(n):
    folds = deal(n)
    n_folds = min(10, n // 2)
    outs = [folds.split(member)[1] for member in range(n_folds)]
    assert sorted(np.concatenate(outs)) == list(range(n))
    assert np.ptp([len(out) for out in outs]) <= 1
    for member, out in enumerate(outs):
        rows = folds.split(member)[0]
        assert sorted([*rows, *out]) == list(range(n))
    np.testing.assert_array_equal(folds.split(n_folds)[1], outs[0])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_few_rows_are_all_trained_on(n):
    rows, out = deal(n).split(0)
    assert len(rows) == n
    assert len(out) == 0


def test_every_class_is_spread_over_the_folds_and_a_single_row_stays_in_training():
    strata = np.repeat([0, 1, 2, 3], [200, 45, 2, 1])
    number = deal(len(strata), strata).number
    for label in (0, 1, 2):
        counts = np.bincount(number[strata == label], minlength=10)
        assert np.ptp(counts) <= 1
    assert number[-1] == -1


def test_rows_of_no_weight_are_in_no_fold():
    counts = np.arange(40) % 3 > 0
    number = deal(40, counts=counts).number
    np.testing.assert_array_equal(number >= 0, counts)


# ---- cycle ends -------------------------------------------------------------------------


def test_the_sets_of_four_ends_are_those_of_the_recipe():
    assert candidates(4)[0] == (3,)
    assert set(candidates(4)) == {(3,), (2,), (1,), (2, 3), (1, 2), (1, 2, 3)}
    assert set(candidates(2)) == {(1,), (0,), (0, 1)}
    assert candidates(1) == [(0,)]


@pytest.mark.parametrize("losses", [(9, 1, 5, 8), (1, 9, 9, 2), (5, 3, 3, 2), (4, 9, 1, 1)])
def test_the_set_with_the_least_loss_wins(losses):
    # The mean of the ends' own losses stands in for the loss of their mean.
    ends = [np.array([loss], float) for loss in losses]
    chosen = best_ends(ends, lambda parts: np.mean(parts, axis=0), lambda P: P[0])
    by_hand = min(candidates(4), key=lambda ends: np.mean([losses[end] for end in ends]))
    assert chosen == by_hand


@pytest.mark.parametrize(("other", "chosen"), [(0.995, (3,)), (0.985, (1,))])
def test_the_last_end_stays_unless_another_is_better_by_one_percent(other, chosen):
    ends = [np.array([loss]) for loss in (5.0, other, 5.0, 1.0)]
    assert best_ends(ends, lambda parts: np.mean(parts, axis=0), lambda P: P[0]) == chosen


def test_cycle_ends_are_compared_in_the_units_of_training():
    rng = np.random.default_rng(0)
    Y, A = rng.normal(size=(2, 50, 2)) * [1, 1000] + [0, 3]
    w = rng.uniform(size=50)
    scaling = TargetScaling.start("identity", 2).update(Y, None)
    ours = Values(SquaredError(), scaling).loss(A, Y, w)
    share = ((A - Y) ** 2 / Y.var(axis=0)).sum(axis=1)
    assert ours == pytest.approx(np.average(share, weights=w))


@pytest.mark.parametrize("power", [1, 1.5, 2])
def test_losses_with_logarithms_are_those_of_scikit_learn(power):
    rng = np.random.default_rng(0)
    Y, A = rng.gamma(2, size=(2, 50, 1)) + 0.1
    loss = {1: Poisson(), 1.5: Tweedie(1.5), 2: Gamma()}[power]
    ours = Values(loss, TargetScaling.start("", 1)).loss(A, Y, np.ones(50))
    assert 2 * ours == pytest.approx(mean_tweedie_deviance(Y, A, power=power))


# ---- temperature ------------------------------------------------------------------------


def draw(n, k, seed=0):
    """Return log-probabilities and labels that were drawn from them."""
    rng = np.random.default_rng(seed)
    log_P = log_softmax(2 * rng.normal(size=(n, k)), axis=1)
    return log_P, np.array([rng.choice(k, p=np.exp(row)) for row in log_P])


@pytest.mark.parametrize("T", [0.5, 1.0, 2.0])
def test_the_temperature_of_overconfident_probabilities_is_found(T):
    log_P, codes = draw(4000, 3)
    distorted = log_softmax(log_P * T, axis=1)
    found = best_temperature(distorted, codes, np.ones(4000))
    assert found == pytest.approx(T, rel=0.06)
    np.testing.assert_allclose(at_temperature(distorted, T), log_P)


def test_the_cross_entropy_is_that_of_scikit_learn():
    log_P, codes = draw(50, 4)
    ours = cross_entropy(log_P, codes, 0.0).mean()
    assert ours == pytest.approx(log_loss(codes, np.exp(log_P)))
    smooth = cross_entropy(log_P, codes, 0.1)
    targets = 0.9 * np.eye(4)[codes] + 0.1 / 4
    np.testing.assert_allclose(smooth, -(targets * log_P).sum(axis=1))


def test_several_labels_share_a_temperature_and_sum_their_costs():
    log_P, codes = draw(300, 2)
    both = np.stack([log_P, log_P[::-1]], axis=1), np.stack([codes, codes[::-1]], axis=1)
    w = np.ones(300)
    single = cross_entropy(log_P, codes, 0.1)
    np.testing.assert_allclose(cross_entropy(*both, 0.1), single + single[::-1])
    assert best_temperature(*both, w) == pytest.approx(best_temperature(log_P, codes, w))


def test_weights_count_like_copies_in_the_temperature():
    log_P, codes = draw(60, 3)
    w = np.arange(60) % 3
    tiled = np.repeat(np.arange(60), w)
    ours = best_temperature(log_P, codes, w)
    # The smoothing differs: it goes by the number of rows.
    assert ours == pytest.approx(
        best_temperature(log_P[tiled], codes[tiled], np.ones(len(tiled))), rel=0.05
    )


def test_rows_without_an_error_do_not_ask_for_certainty():
    log_P = np.log([[0.9, 0.1]] * 20)
    T = best_temperature(log_P, np.zeros(20, int), np.ones(20))
    share = np.exp(at_temperature(log_P, T))[0, 0]
    assert share == pytest.approx(1 - 0.5 / 42, rel=1e-3)  # 1 - smoothing + smoothing / 2


def test_the_mean_of_members_is_sharper_than_their_own_temperature():
    assert for_mean(1.3, 1) == 1.3
    assert 0.9 < for_mean(1.0, 100) < for_mean(1.0, 4) < for_mean(1.0, 2) < 1
    rng = np.random.default_rng(0)
    Z = 1.5 * rng.normal(size=(20_000, 3))
    codes = (Z + rng.gumbel(size=Z.shape)).argmax(axis=1)  # of probabilities softmax(Z)
    members = [log_softmax(Z + 0.5 * rng.normal(size=Z.shape), axis=1) for _ in range(4)]
    T = best_temperature(members[0], codes, np.ones(len(Z)))
    mean = Probabilities.mean(members)
    at = [at_temperature(mean, t) for t in (T, for_mean(T, 4))]
    own, ours = (cross_entropy(log_P, codes, 0).mean() for log_P in at)
    assert ours < own


# ---- conformal quantiles ----------------------------------------------------------------


@pytest.mark.parametrize("n", [9, 10, 57])
@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
def test_the_quantile_is_the_order_statistic_of_the_textbook(n, coverage):
    values = np.random.default_rng(n).normal(size=(n, 2))
    k = int(np.ceil(round((n + 1) * coverage, 9)))
    expected = np.sort(values, axis=0)[k - 1]
    ours = Scores(values, np.full(n, 3.0)).quantile(coverage)
    np.testing.assert_array_equal(ours, expected)


def test_too_few_rows_for_a_coverage_are_an_error_that_says_how_many():
    scores = Scores(np.arange(18.0)[:, np.newaxis], np.ones(18))
    assert scores.quantile(0.9) == 17
    with pytest.raises(ValueError, match="at least 19 rows .* there are 18"):
        scores.quantile(0.95)
    with pytest.raises(ValueError, match="there are 0"):
        Scores(np.empty((0, 1)), np.empty(0)).quantile(0.5)


def test_a_heavier_row_takes_more_of_the_quantile():
    values = np.arange(20.0)[:, np.newaxis]
    w = np.ones(20)
    w[-1] = 10.0  # 10 of 29: the last value alone has more than a fifth
    assert Scores(values, np.ones(20)).quantile(0.8) == 16
    assert Scores(values, w).quantile(0.8) == 19


def test_quantile_levels_are_corrected_to_the_safe_side():
    values = np.random.default_rng(0).normal(size=(200, 1))
    scores = Scores(values, np.ones(200))
    ordered = np.sort(values[:, 0])
    assert scores.level(0.95) == ordered[190]  # ceil(201 · 0.95) = 191st
    assert scores.level(0.05) == ordered[9]  # the mirror image: 10th
    assert Scores(values[:5], np.ones(5)).level(0.95) == 0


# ---- coverage on data of known distribution ---------------------------------------------


def noisy(n, seed):
    """Return X and y = 3 x + noise, whose best predictor is known."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(n, 2))
    return X, 3 * X[:, 0] + rng.normal(size=n)


@pytest.mark.parametrize("coverage", [0.5, 0.9])
def test_intervals_cover_as_promised_and_are_not_much_wider_than_they_must_be(coverage):
    X, y = noisy(1000, 0)
    model = TabularRegressor(FFNNRegressor(**LINEAR), n_members=10, random_state=0)
    X_new, y_new = noisy(20_000, 1)
    lower, upper = model.fit(X, y).predict_interval(X_new, coverage).T
    covered = ((lower <= y_new) & (y_new <= upper)).mean()
    # The standard deviation of the coverage over training sets is about
    # sqrt(coverage (1 - coverage) / 1000), at most 0.016.
    assert covered == pytest.approx(coverage, abs=0.04)
    best = {0.5: 2 * 0.6745, 0.9: 2 * 1.6449}[coverage]  # of a standard normal
    assert np.mean(upper - lower) == pytest.approx(best, rel=0.1)


def test_intervals_are_per_output():
    X, y = noisy(400, 0)
    Y = np.column_stack([y, 100 * y])
    model = TabularRegressor(FFNNRegressor(**LINEAR), random_state=0).fit(X, Y)
    intervals = model.predict_interval(X)
    assert intervals.shape == (400, 2, 2)
    half = np.ptp(intervals, axis=2) / 2
    np.testing.assert_allclose(half[:, 1], 100 * half[:, 0], rtol=0.3)
    np.testing.assert_allclose(intervals.mean(axis=2), model.predict(X), atol=1e-9)


def classes_of_known_probability(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    P = np.exp(log_softmax(np.column_stack([X, np.zeros(n)]) * 2, axis=1))
    return X, np.array(["a", "b", "c"])[
        (P.cumsum(axis=1) < rng.uniform(size=(n, 1))).sum(1)
    ]


@pytest.mark.parametrize("coverage", [0.8, 0.95])
def test_sets_cover_as_promised(coverage):
    X, y = classes_of_known_probability(1500, 0)
    model = TabularClassifier(FFNNClassifier(**LINEAR), n_members=10, random_state=0)
    X_new, y_new = classes_of_known_probability(20_000, 1)
    sets = model.fit(X, y).predict_set(X_new, coverage)
    covered = sets[np.arange(20_000), np.searchsorted(model.classes_, y_new)].mean()
    assert covered == pytest.approx(coverage, abs=0.03)
    assert sets.any(axis=1).all()
    assert 1 < sets.sum(axis=1).mean() < 2.5


@pytest.mark.parametrize("levels", [(0.1, 0.5, 0.9), 0.8])
def test_quantiles_are_exceeded_as_often_as_they_should_be(levels):
    X, y = noisy(1000, 0)
    network = FFNNRegressor(loss=Quantile(levels), **LINEAR)
    model = TabularRegressor(network, n_members=10, random_state=0).fit(X, y)
    X_new, y_new = noisy(20_000, 1)
    A = model.predict(X_new).reshape(20_000, -1)
    below = (y_new[:, np.newaxis] <= A).mean(axis=0)
    np.testing.assert_allclose(below, np.ravel(levels), atol=0.04)


def test_the_shift_corrects_quantiles_of_networks_that_are_wrong():
    # Hardly trained networks predict about one and the same value for both levels.
    X, y = noisy(1000, 0)
    still = {"learning_rate": 1e-9, "initializer": "zeros", "max_iter": 2}
    network = FFNNRegressor((), learning_rate_schedule="cosine", **still)
    quantiles = Quantile((0.1, 0.9))
    model = TabularRegressor(network, loss=quantiles, n_members=10, random_state=0)
    with pytest.warns(ConvergenceWarning, match="predicts the same for every row"):
        model.fit(X, y)
    inside = (model.predict(X)[:, 0] <= y) & (y <= model.predict(X)[:, 1])
    assert inside.mean() == pytest.approx(0.8, abs=0.01)


def test_calibrated_probabilities_are_better_than_those_of_an_overconfident_member():
    X, y = classes_of_known_probability(2000, 0)
    network = FFNNClassifier(
        (50,), learning_rate=0.05, learning_rate_schedule="cosine", max_iter=60
    )
    model = TabularClassifier(network, n_members=1, random_state=0).fit(X, y)
    X_new, y_new = classes_of_known_probability(3000, 1)
    ((member,),) = model.members_
    raw = member.predict_proba(model.encoder_.transform(X_new))
    assert model.temperature_ > 1.1
    assert log_loss(y_new, model.predict_proba(X_new)) < log_loss(y_new, raw)


# ---- errors -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    X, y = noisy(60, 0)
    return X, y, TabularRegressor(FFNNRegressor(**LINEAR), random_state=0).fit(X, y)


@pytest.mark.parametrize("coverage", [0, 1, -0.5, 90, np.nan])
def test_a_coverage_is_a_share(small, coverage):
    X, _, model = small
    with pytest.raises(ValueError, match="coverage=.* must be between 0 and 1"):
        model.predict_interval(X, coverage)


def test_a_coverage_beyond_the_rows_left_out_is_an_error(small):
    X, _, model = small
    assert model.predict_interval(X, 0.9).shape == (60, 2)  # 4 of 10 folds: 24 rows
    with pytest.raises(ValueError, match="at least 99 rows"):
        model.predict_interval(X, 0.99)


def test_quantiles_have_no_further_interval(small):
    X, y, _ = small
    network = FFNNRegressor(loss=Quantile((0.1, 0.9)), **LINEAR)
    model = TabularRegressor(network, random_state=0).fit(X, y)
    with pytest.raises(ValueError, match="predict already returns the ends of an interval"):
        model.predict_interval(X)


def test_several_labels_have_no_sets(small):
    X, y, _ = small
    Y = np.column_stack([y > 0, X[:, 1] > 0]).astype(int)
    model = TabularClassifier(FFNNClassifier(**LINEAR), random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match="classes that exclude each other"):
        model.predict_set(X)
