"""AfterEpoch: a function of the user's sees the network after every epoch."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import AfterEpoch, FFNNClassifier, FFNNRegressor, TabularRegressor

pytest.importorskip("sklearn.callback", reason="new in scikit-learn 1.9")

X = np.random.default_rng(0).normal(size=(60, 3))
Y = X[:, 0] + X[:, 1]
COSINE = {"hidden_layer_sizes": 4, "learning_rate_schedule": "cosine", "random_state": 0}


def after_two(network):
    """Return whether two epochs are done."""
    return network.n_iter_ == 2


class Notes(list):
    """Takes notes of every epoch."""

    def __call__(self, network):
        self.append((network.n_iter_, network.loss_curve_[-1], network.predict(X)))


def test_the_function_sees_what_training_was_at_every_epoch():
    notes = Notes()
    model = FFNNRegressor(max_iter=4, **COSINE).set_callbacks(AfterEpoch(notes))
    model.fit(X, Y)
    assert [epoch for epoch, _, _ in notes] == [1, 2, 3, 4]
    assert [loss for _, loss, _ in notes] == model.loss_curve_
    np.testing.assert_array_equal(notes[-1][2], model.predict(X))
    shorter = FFNNRegressor(max_iter=4, **COSINE).set_callbacks(AfterEpoch(after_two))
    np.testing.assert_array_equal(notes[1][2], shorter.fit(X, Y).predict(X))


def test_true_ends_training():
    model = FFNNClassifier(max_iter=9, **COSINE).set_callbacks(AfterEpoch(after_two))
    assert model.fit(X, Y > 0).n_iter_ == 2


def test_a_checkpoint_of_an_epoch_can_be_saved_without_the_function():
    saved = []
    model = FFNNRegressor(max_iter=3, **COSINE)
    # A function without a name in a module cannot be pickled, nor what holds it.
    model.set_callbacks(AfterEpoch(lambda network: saved.append(pickle.dumps(network))))
    model.fit(X, Y)
    last = pickle.loads(saved[-1])
    np.testing.assert_array_equal(last.predict(X), model.predict(X))
    last.fit(X, Y)
    assert len(saved) == 3


def test_what_it_raises_leaves_the_estimator_as_it_was():
    def stop(network):
        raise LookupError(f"epoch {network.n_iter_}")

    model = FFNNRegressor(max_iter=4, **COSINE).set_callbacks(AfterEpoch(stop))
    with pytest.raises(LookupError, match="epoch 1"):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")


def test_the_score_of_held_out_rows_is_there():
    seen = []
    model = FFNNRegressor(max_iter=3, early_stopping=True, **COSINE)
    model.set_callbacks(AfterEpoch(lambda network: seen.append(network.validation_scores_)))
    model.fit(X, Y)
    assert [scores[-1] for scores in seen] == model.validation_scores_


def test_a_pipeline_and_a_search_pass_it_on():
    notes = Notes()
    model = make_pipeline(StandardScaler(), FFNNRegressor(max_iter=3, **COSINE))
    model.set_callbacks(AfterEpoch(notes)).fit(X, Y)
    assert [epoch for epoch, _, _ in notes] == [1, 2, 3]
    search = GridSearchCV(FFNNRegressor(max_iter=5, **COSINE), {"alpha": [0.0, 1.0]}, cv=2)
    search.set_callbacks(AfterEpoch(after_two)).fit(X, Y)
    assert search.best_estimator_.n_iter_ == 2


def test_the_members_of_a_tabular_estimator_call_it():
    notes = Notes()
    network = FFNNRegressor(max_iter=3, **COSINE)
    model = TabularRegressor(network, encoder=None, n_members=2, random_state=0)
    model.set_callbacks(AfterEpoch(notes)).fit(X, Y)
    assert sorted(epoch for epoch, _, _ in notes) == [1, 1, 2, 2, 3, 3]


def test_it_survives_pickle_and_clone():
    model = FFNNRegressor(max_iter=9, **COSINE).set_callbacks(AfterEpoch(after_two))
    for copy in (pickle.loads(pickle.dumps(model)), clone(model)):
        assert copy.fit(X, Y).n_iter_ == 2
    assert repr(AfterEpoch(after_two)) == f"AfterEpoch({after_two!r})"
