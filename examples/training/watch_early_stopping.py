"""
When does training stop, and which epoch is kept?
=================================================

Early stopping watched: a progress line, a callback if there are any, and pictures.
"""

import tempfile
from pathlib import Path

import matplotlib as mpl
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier, LossCurveDisplay, NetworkDisplay

mpl.use("Agg")


class Reporter:
    """A callback of scikit-learn: prints the held-out accuracy of every tenth epoch."""

    def __init__(self, X, y):
        self.X, self.y = X, y

    def setup(self, estimator, context):
        print("callback: training begins")

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        if context.task_name == "epoch" and context.task_id % 10 == 9:
            accuracy = fitted_estimator.score(self.X, self.y)
            print(f"callback: epoch {context.task_id + 1}, accuracy {accuracy:.3f}")

    def teardown(self, estimator, context):
        print("callback: training is over")


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_val, y_train, y_val = train_test_split(
        X / 16, y, test_size=0.4, random_state=0
    )
    network = FFNNClassifier(
        hidden_layer_sizes=(40, 20),
        learning_rate=0.01,
        learning_rate_schedule="cosine",
        early_stopping=True,
        max_iter=100,
        verbose=1,
        random_state=0,
    )
    if hasattr(network, "set_callbacks"):
        network.set_callbacks(Reporter(X_val, y_val))
    else:
        print("callbacks need scikit-learn 1.9 or later")
    network.fit(X_train, y_train, X_val=X_val, y_val=y_val)
    print(
        f"stopped after epoch {network.n_iter_}; kept that of epoch {network.best_iter_}: "
        f"loss {-network.best_score_:.4f}, accuracy {network.score(X_val, y_val):.3f}"
    )
    folder = Path(tempfile.mkdtemp(prefix="sknn-"))
    for display in (LossCurveDisplay, NetworkDisplay):
        path = folder / f"{display.__name__}.png"
        display.from_estimator(network).figure_.savefig(path)
        print("picture:", path)


if __name__ == "__main__":
    main()
