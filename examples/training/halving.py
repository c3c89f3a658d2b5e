"""
How do I search many settings in little time?
=============================================

Search with successive halving: many candidates for few epochs, the best for more

The resource is `max_iter`. With a cosine schedule every network comes to the end of its
schedule, so that candidates can be compared after 4 epochs as well as after 36.
"""

from sklearn.datasets import load_digits
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, train_test_split

from sknn import FFNNClassifier, rectangular

GRID = {
    "hidden_layer_sizes": [rectangular(w, d) for w in (16, 32, 64) for d in (1, 2)],
    "learning_rate": [0.0003, 0.001, 0.003, 0.01, 0.03],
}


def report(name, search, epochs, X, y):
    """Print what the search found, and for how many epochs it trained per fold."""
    found = {key: value for key, value in search.best_params_.items() if key in GRID}
    print(
        f"{name}: {epochs} epochs, accuracy on new digits {search.score(X, y):.3f}, {found}"
    )


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
    network = FFNNClassifier(learning_rate_schedule="cosine", random_state=0)
    halving = HalvingGridSearchCV(
        network,
        GRID,
        resource="max_iter",
        min_resources=4,
        max_resources=36,
        factor=3,
        cv=3,
        random_state=0,
    )
    halving.fit(X_train, y_train)
    rounds = [*zip(halving.n_candidates_, halving.n_resources_, strict=True)]
    for candidates, epochs in rounds:
        print(f"{candidates:>3} candidates for {epochs:>2} epochs")
    report("halving", halving, sum(n * epochs for n, epochs in rounds), X_test, y_test)

    full = GridSearchCV(network.set_params(max_iter=36), GRID, cv=3).fit(X_train, y_train)
    n_candidates = len(full.cv_results_["params"])
    report("all candidates to the end", full, 36 * n_candidates, X_test, y_test)


if __name__ == "__main__":
    main()
