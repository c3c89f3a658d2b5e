"""Weights of classes: in training, in the held-out score, and in a stream."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import make_blobs, make_classification
from sklearn.metrics import accuracy_score, log_loss, recall_score
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.estimator_checks import (
    check_class_weight_balanced_classifiers,
    check_class_weight_classifiers,
)

from sknn import FFNNClassifier

QUICK = {
    "hidden_layer_sizes": (6,),
    "max_iter": 5,
    "learning_rate": 0.01,
    "learning_rate_schedule": "cosine",
    "batch_size": 16,
    "random_state": 0,
}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 4))
TARGETS = {
    "binary": np.where(X[:, 0] > 0.8, "rare", "common"),
    "multiclass": np.digitize(X[:, 0], [-1.0, 1.0]),
    "multilabel": (X[:, :3] > [0.0, 0.7, -1.0]).astype(int),
}


def assert_same_network(one, other, rtol=0.0):
    for W, W_other in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_allclose(W, W_other, rtol=rtol)


@pytest.mark.filterwarnings("ignore:max_iter=1000 was reached")
@pytest.mark.parametrize("solver", ["adam", "sgd", "rmsprop"])
def test_the_common_check_of_class_weights_passes(solver):
    # On the scale of the one class that weighs anything, the others are too far for SGD.
    encoder = None if solver == "sgd" else "auto"
    model = FFNNClassifier(encoder=encoder, solver=solver)
    check_class_weight_classifiers("FFNNClassifier", model)


def test_the_common_check_of_balanced_classes_passes():
    # Classes that overlap, one of them with a tenth of the rows.
    centers = [[0, 0], [1.5, 1.5]]
    blobs = make_blobs([400, 40], centers=centers, random_state=0)
    X_train, X_rest, y_train, y_rest = train_test_split(
        *blobs, stratify=blobs[1], random_state=0
    )
    # Tested where both classes matter alike.
    few, many = np.flatnonzero(y_rest == 1), np.flatnonzero(y_rest == 0)
    part = np.concatenate([few, many[: len(few)]])
    check_class_weight_balanced_classifiers(
        "FFNNClassifier",
        FFNNClassifier(hidden_layer_sizes=(10,), solver="lbfgs", alpha=0.1),
        X_train,
        y_train,
        X_rest[part],
        y_rest[part],
        None,
    )


def test_balanced_weights_find_more_of_a_rare_class():
    data, y = make_classification(
        1500, n_features=8, weights=[0.95], flip_y=0.02, class_sep=0.7, random_state=0
    )
    X_train, X_test, y_train, y_test = train_test_split(
        data, y, stratify=y, test_size=0.5, random_state=0
    )
    params = QUICK | {"max_iter": 20, "hidden_layer_sizes": (20,)}
    recalls = [
        recall_score(
            y_test,
            FFNNClassifier(class_weight=class_weight, **params)
            .fit(X_train, y_train)
            .predict(X_test),
            average=None,
        )
        for class_weight in (None, "balanced")
    ]
    assert recalls[1][1] > recalls[0][1] + 0.2
    assert recalls[1].mean() > recalls[0].mean() + 0.05


@pytest.mark.parametrize("kind", TARGETS)
def test_balanced_is_what_scikit_learn_means_by_it(kind):
    y = TARGETS[kind]
    balanced = FFNNClassifier(class_weight="balanced", **QUICK).fit(X, y)
    weights = compute_sample_weight("balanced", y)
    assert_same_network(balanced, FFNNClassifier(**QUICK).fit(X, y, weights), rtol=1e-9)
    assert np.ptp(weights) > 0


@pytest.mark.parametrize(
    ("kind", "class_weight"),
    [
        ("binary", {"rare": 5.0, "common": 0.5}),
        ("binary", {"rare": 3}),
        ("multiclass", {0: 1.0, 1: 0.0, 2: 7.5}),
        ("multilabel", [{0: 1.0, 1: 4.0}, {1: 2.5}, {0: 0.5, 1: 1.0}]),
    ],
)
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_weights_of_classes_are_sample_weights_to_the_last_bit(kind, class_weight, solver):
    y = TARGETS[kind]
    params = QUICK | {"solver": solver}
    if solver == "lbfgs":
        params = {"solver": "lbfgs", "random_state": 0, "tol": 0.01}
    weighted = FFNNClassifier(class_weight=class_weight, **params).fit(X, y)
    weights = compute_sample_weight(class_weight, y)
    assert_same_network(weighted, FFNNClassifier(**params).fit(X, y, weights))
    assert weighted.loss_ != FFNNClassifier(**params).fit(X, y).loss_


def test_balanced_counts_every_row_by_its_weight():
    y, repeats = TARGETS["multiclass"], np.random.default_rng(1).integers(1, 4, len(X))
    # All rows at once, so that the order does not matter.
    params = QUICK | {"batch_size": 10 * len(X), "class_weight": "balanced"}
    with pytest.warns(UserWarning, match="batch_size"):
        weighted = FFNNClassifier(**params).fit(X, y, repeats)
    with pytest.warns(UserWarning, match="batch_size"):
        repeated = FFNNClassifier(**params).fit(X.repeat(repeats, 0), y.repeat(repeats))
    assert_same_network(weighted, repeated, rtol=1e-9)


def test_weights_of_classes_and_samples_are_multiplied():
    y, w = TARGETS["multiclass"], np.linspace(0.5, 2, len(X))
    class_weight = {0: 2.0, 1: 1.0, 2: 4.0}
    both = FFNNClassifier(class_weight=class_weight, **QUICK).fit(X, y, w)
    product = FFNNClassifier(**QUICK).fit(X, y, w * compute_sample_weight(class_weight, y))
    assert_same_network(both, product)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 1.0, 1: 3.0, 2: 0.25}])
def test_the_held_out_score_is_weighted(class_weight):
    y = TARGETS["multiclass"]
    X_val, y_val = X[::2] + 0.5, y[::2]
    params = QUICK | {"loss": "log_loss", "scoring": "accuracy"}
    model = FFNNClassifier(class_weight=class_weight, **params)
    w = np.linspace(1, 2, len(y_val))
    model.fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=w)
    # "balanced" is decided by the rows to train on.
    if class_weight == "balanced":
        counts = np.bincount(y)
        class_weight = dict(enumerate(counts.sum() / (3 * counts)))
    w = w * compute_sample_weight(class_weight, y_val)
    accuracy = accuracy_score(y_val, model.predict(X_val), sample_weight=w)
    assert model.validation_scores_[-1] == pytest.approx(accuracy, rel=1e-12)
    loss = log_loss(y_val, model.predict_proba(X_val), sample_weight=w)
    assert model.validation_loss_curve_[-1] == pytest.approx(loss, rel=1e-10)


def test_weights_of_classes_do_not_change_how_the_rows_are_split():
    y = TARGETS["binary"]
    seen = []

    def scorer(estimator, X_out, y_out, sample_weight=None):
        seen.append(X_out)
        return 0.0

    for class_weight in (None, "balanced"):
        # A share of every class that is no half of a row: those may go either way.
        params = {"class_weight": class_weight, "validation_fraction": 0.22}
        params |= QUICK | {"max_iter": 1}
        FFNNClassifier(early_stopping=True, scoring=scorer, **params).fit(X, y)
    np.testing.assert_array_equal(*seen)


def test_in_a_stream_balanced_goes_by_the_counts_so_far():
    y = TARGETS["multiclass"]
    balanced = FFNNClassifier(class_weight="balanced", **QUICK)
    by_hand = FFNNClassifier(**QUICK)
    for rows in (slice(0, 20), slice(20, 50), slice(50, 70)):
        counts = np.bincount(y[: rows.stop], minlength=3)
        seen = np.count_nonzero(counts)
        weights = (counts.sum() / seen / counts.clip(1))[y[rows]]
        balanced.partial_fit(X[rows], y[rows], [0, 1, 2])
        by_hand.partial_fit(X[rows], y[rows], [0, 1, 2], sample_weight=weights)
        assert_same_network(balanced, by_hand, rtol=1e-12)


def test_in_a_stream_a_class_that_has_not_come_yet_does_no_harm():
    y = np.zeros(20, dtype=int)
    balanced = FFNNClassifier(class_weight="balanced", **QUICK)
    plain = FFNNClassifier(**QUICK)
    balanced.partial_fit(X[:20], y, [0, 1, 2])
    assert_same_network(balanced, plain.partial_fit(X[:20], y, [0, 1, 2]))


def test_counts_of_an_earlier_fit_are_forgotten():
    y = TARGETS["multiclass"]
    quick = QUICK | {"max_iter": 6}
    model = FFNNClassifier(class_weight="balanced", **quick).fit(X, y)
    # Another fit, of other classes, for which no counts are kept.
    model.set_params(class_weight=None).fit(X, TARGETS["binary"])
    model.set_params(class_weight="balanced", max_iter=50)
    model.partial_fit(X, TARGETS["binary"])
    other = FFNNClassifier(**quick).fit(X, TARGETS["binary"])
    other.set_params(class_weight="balanced", max_iter=50)
    other.partial_fit(X, TARGETS["binary"])
    np.testing.assert_allclose(model.loss_, other.loss_)


@pytest.mark.parametrize(
    ("kind", "class_weight", "message"),
    [
        ("binary", {"rare": 1, "unheard of": 2}, "classes among"),
        ("binary", {"rare": -1.0}, "weights >= 0"),
        ("binary", [{0: 1}], "must be a dict"),
        ("multilabel", {0: 1}, "must be a list of 3 dicts"),
        ("multilabel", [{0: 1}], "must be a list of 3 dicts"),
        ("multilabel", [{0: 1}, {2: 1}, {1: 1}], "classes among"),
        ("binary", {"rare": 0, "common": 0}, "zero for every row"),
        ("binary", "equal", "class_weight"),
        ("binary", 3.0, "class_weight"),
    ],
)
def test_class_weights_that_do_not_fit_are_refused(kind, class_weight, message):
    model = FFNNClassifier(class_weight=class_weight, **QUICK)
    with pytest.raises(ValueError, match=message):
        model.fit(X, TARGETS[kind])
    assert not hasattr(model, "coefs_")


def test_weights_that_are_no_numbers_are_refused():
    model = FFNNClassifier(class_weight={"rare": "much"}, **QUICK)
    with pytest.raises((TypeError, ValueError)):
        model.fit(X, TARGETS["binary"])


def test_labels_of_any_type_can_be_weighted():
    y = TARGETS["binary"]
    named = FFNNClassifier(class_weight={np.str_("rare"): 4.0}, **QUICK).fit(X, y)
    as_bool = FFNNClassifier(class_weight={True: 4.0}, **QUICK).fit(X, y == "rare")
    as_number = FFNNClassifier(class_weight={1: 4.0}, **QUICK)
    as_number.fit(X, (y == "rare").astype(float))
    assert_same_network(named, as_bool)
    assert_same_network(named, as_number)
    with warnings.catch_warnings(record=True) as caught:
        named.predict(X)
    assert not caught


def test_a_weight_for_a_class_that_is_absent_does_no_harm():
    y = TARGETS["binary"]
    weights = {label: 1.0 + k for k, label in enumerate(np.unique(y))}
    plain = FFNNClassifier(class_weight=weights, **QUICK).fit(X, y)
    more = FFNNClassifier(class_weight=weights | {"absent": 9.0}, **QUICK).fit(X, y)
    assert_same_network(plain, more)
