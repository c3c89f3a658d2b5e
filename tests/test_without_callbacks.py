"""Where scikit-learn has no callbacks, everything else works as ever."""

import subprocess
import sys

WITHOUT_CALLBACKS = """
import sys
import numpy as np
# scikit-learn itself imports its callbacks when it needs them: hide them only from sknn.
import sklearn.base, sklearn.metrics, sklearn.model_selection

names = [name for name in sys.modules if name.startswith("sklearn.callback")]
hidden = {name: sys.modules.pop(name) for name in names}
sys.modules["sklearn.callback"] = None

from sknn import FFNNClassifier, FFNNRegressor

del sys.modules["sklearn.callback"]
sys.modules.update(hidden)

rng = np.random.default_rng(0)
X, y = rng.normal(size=(60, 3)), rng.integers(2, size=60)
for model in (FFNNRegressor(random_state=0), FFNNClassifier(random_state=0)):
    assert not hasattr(model, "set_callbacks")
    model.set_params(max_iter=5, learning_rate_schedule="cosine", early_stopping=True)
    assert model.fit(X, y).n_iter_ == 5
    assert len(model.validation_scores_) == 5
    assert model.predict(X).shape == (60,)
    model.set_params(early_stopping=False, learning_rate_schedule="auto")
    assert model.partial_fit(X, y).n_iter_ == 6
    model.set_params(solver="lbfgs", tol=0.1, max_iter=200).fit(X, y)
print("all is well")
"""


def test_both_estimators_train_where_callbacks_cannot_be_imported():
    command = [sys.executable, "-W", "error", "-c", WITHOUT_CALLBACKS]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.returncode) == ("all is well", 0), run.stderr
