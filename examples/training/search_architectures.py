"""
Which architecture is best? A random search
===========================================

A search over architectures: width, depth, activation, dropout and schedule at once.
"""

import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import RandomizedSearchCV, train_test_split

from sknn import FFNNClassifier, LeakyReLU, OneCycle, rectangular

SPACE = {
    "hidden_layer_sizes": [
        rectangular(width, depth) for width in (16, 32, 64) for depth in (1, 2, 3)
    ],
    "activation": ["relu", "silu", "selu", LeakyReLU(0.1)],
    "learning_rate": [0.003, 0.01, 0.03],
    "learning_rate_schedule": ["cosine", OneCycle(warm_up=0.1)],
    "dropout": [0.0, 0.1],
}


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    network = FFNNClassifier(batch_size=64, max_iter=20, random_state=0)
    search = RandomizedSearchCV(network, SPACE, n_iter=12, cv=3, n_jobs=2, random_state=0)
    search.fit(X_train, y_train)
    results = pd.DataFrame(search.cv_results_["params"]).astype(str)
    results["accuracy"] = search.cv_results_["mean_test_score"].round(4)
    results["seconds"] = search.cv_results_["mean_fit_time"].round(2)
    results = results.sort_values("accuracy", ascending=False)
    print(results.to_string(index=False, max_colwidth=24))
    best = search.best_estimator_
    print(f"\nbest: {best.hidden_layer_sizes}, {best.n_parameters_:,} parameters")
    print(f"accuracy on held-out digits: {search.score(X_test, y_test):.3f}")


if __name__ == "__main__":
    main()
