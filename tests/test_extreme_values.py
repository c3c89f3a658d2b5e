"""Values at the edge of the floating point range: the right number, or a word about it."""

import warnings

import numpy as np
import pytest
from scipy.special import log_softmax

from sknn import FFNNClassifier, FFNNRegressor
from sknn.regressor import explained

QUICK = {
    "hidden_layer_sizes": (5,),
    "max_iter": 2,
    "learning_rate_schedule": "cosine",
    "random_state": 0,
}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 2))
X32 = X.astype(np.float32)
y = X[:, 0]
labels = np.arange(20) % 3
several = (RNG.random((20, 3)) < 0.5).astype(int)
NOT_FINITE = "not finite for some rows"


def normal_weights(rng, shape):
    return rng.normal(size=shape)


def test_a_validation_set_that_float32_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="X_val.*too large for dtype..float32"):
        FFNNRegressor(**QUICK).fit(X32, y, X_val=X * 1e200, y_val=y)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_rows_that_the_type_of_a_fitted_network_cannot_hold_are_refused(method):
    model = FFNNRegressor(warm_start=True, **QUICK).fit(X32, y)
    before = model.predict(X32)
    with pytest.raises(ValueError, match="Input X.*too large for dtype..float32"):
        getattr(model, method)(X * 1e200, y)
    np.testing.assert_array_equal(model.predict(X32), before)


def test_a_hidden_layer_that_overflows_is_reported():
    model = FFNNRegressor(initializer=normal_weights, **QUICK).fit(X, y)
    with pytest.warns(UserWarning, match=NOT_FINITE):
        A = model.hidden_representation(np.full((1, 2), 1.7e308) * [1, -1])
    assert not np.isfinite(A).all()


def test_log_probabilities_that_overflow_are_reported_once():
    model = FFNNClassifier(initializer=normal_weights, **QUICK).fit(X32, labels)
    far = np.array([[3e38, -3e38], [1.0, 1.0]], np.float32)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        log_P = model.predict_log_proba(far)
    assert [NOT_FINITE in str(warning.message) for warning in caught] == [True]
    expected = log_softmax(model.decision_function(far[1:]), axis=1)
    np.testing.assert_allclose(log_P[1:], expected, rtol=1e-6)


def test_finite_logits_whose_log_probabilities_overflow_are_reported():
    model = FFNNClassifier(hidden_layer_sizes=(), max_iter=1, random_state=0)
    model.set_params(learning_rate_schedule="cosine").fit(X32, labels)
    model.coefs_[0][...] = [[1, 0, -1], [0, 0, 0]]
    model.intercepts_[0][...] = 0
    far = np.array([[3e38, 0.0]], np.float32)
    assert np.isfinite(model.decision_function(far)).all()
    with pytest.warns(UserWarning, match=NOT_FINITE):
        log_P = model.predict_log_proba(far)
    assert log_P[0, 2] == -np.inf


@pytest.mark.parametrize("y", [labels, several], ids=["classes", "several labels"])
@pytest.mark.parametrize("validates", [False, True])
def test_only_the_ratios_of_huge_weights_matter(y, validates):
    w = 1.0 + np.arange(20) % 2
    networks = []
    for unit in (1.0, 8e307, 1e-300):
        model = FFNNClassifier(class_weight="balanced", **QUICK)
        held_out = {"X_val": X, "y_val": y, "sample_weight_val": unit * w}
        networks.append(model.fit(X, y, unit * w, **held_out if validates else {}))
    for other in networks[1:]:
        np.testing.assert_allclose(other.coefs_[0], networks[0].coefs_[0], rtol=1e-12)
        if validates:
            np.testing.assert_allclose(
                other.validation_scores_, networks[0].validation_scores_
            )


@pytest.mark.parametrize("y", [labels, several], ids=["classes", "several labels"])
def test_a_stream_refuses_weights_whose_sum_overflows(y):
    model = FFNNClassifier(class_weight="balanced", **QUICK)
    with pytest.raises(
        ValueError, match="sum of sample_weight times class_weight overflows"
    ):
        model.partial_fit(X, y, [0, 1, 2], np.full(20, 1e308))


@pytest.mark.parametrize(
    ("name", "others"),
    [("sample_weight", {}), ("sample_weight_val", {"X_val": X, "y_val": labels})],
)
@pytest.mark.parametrize(
    ("w", "class_weight", "message"),
    [
        (np.zeros(20), None, "is zero for every row"),
        (
            (labels == 0) * 1.0,
            {0: 0.0, 1: 1.0, 2: 1.0},
            "class_weight is zero for every row",
        ),
    ],
)
def test_weights_that_leave_no_row_are_refused_by_their_name(
    name, others, w, class_weight, message
):
    model = FFNNClassifier(class_weight=class_weight, **QUICK)
    with pytest.raises(ValueError, match=f"{name} .*{message}"):
        model.fit(X, labels, **others, **{name: w})


@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_validation_loss_that_is_not_finite_is_reported_once(early_stopping):
    model = FFNNRegressor(early_stopping=early_stopping, **QUICK)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if early_stopping:
            with pytest.raises(ValueError, match="X_val has values far outside"):
                model.fit(X, y, X_val=X * 1e200, y_val=y)
            return
        model.fit(X, y, X_val=X * 1e200, y_val=y)
    told = [str(w.message) for w in caught if "validation loss is inf" in str(w.message)]
    assert len(told) == 1
    assert model.validation_loss_curve_ == [np.inf, np.inf]


def test_a_stream_that_moves_to_a_tiny_unit_says_what_its_score_lacks():
    model = FFNNRegressor(early_stopping=True, **QUICK)
    model.partial_fit(X, y * 1e150, X_val=X, y_val=y * 1e150)
    with pytest.raises(ValueError, match="for the validation set"):
        model.partial_fit(X, y * 1e-200, np.full(20, 1e300), X_val=X, y_val=y * 1e-200)


@pytest.mark.parametrize("levels", [(), (0.1, 0.9)])
@pytest.mark.parametrize("unit", [1e200, 1e307])
def test_the_score_does_not_depend_on_the_unit_of_y(levels, unit):
    # 600 numbers of 1e307 have no finite sum, and the square of 1e200 is none.
    y = RNG.normal(size=600)
    A = np.column_stack([y - 1, y + 1]) if levels else y + 0.5
    score = explained(y, A, levels, None)
    assert 0 < score < 1
    assert explained(y * unit, A * unit, levels, None) == pytest.approx(score, rel=1e-9)
    assert explained(y * unit, A * unit, levels, np.ones(600)) == pytest.approx(score)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_prediction_that_is_not_finite_has_no_score(dtype):
    A = np.array([np.inf, 1, 2], dtype)
    for unit in (1, 1e99):  # 2**-332 is 0 in float32, and 0 * inf no number
        with pytest.raises(ValueError, match="infinity"):
            explained(np.array([3.0, 1, 2]) * unit, A, (), None)
