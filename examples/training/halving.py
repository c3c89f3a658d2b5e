"""
How do I search many settings in little time?
=============================================

With successive halving: all candidates train for a few epochs, and only the best of them for
more. The resource is ``max_iter``. With a cosine schedule every network comes to the end of its
schedule, so that candidates can be compared after 4 epochs as well as after 36.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, train_test_split

from sknn import FFNNClassifier, rectangular

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
grid = {
    "hidden_layer_sizes": [rectangular(w, d) for w in (16, 32, 64) for d in (1, 2)],
    "learning_rate": [0.0003, 0.001, 0.003, 0.01, 0.03],
}
network = FFNNClassifier(batch_size=128, learning_rate_schedule="cosine", random_state=0)


def report(name, search, epochs):
    """Print what the search found, and for how many epochs it trained per fold."""
    found = {key: value for key, value in search.best_params_.items() if key in grid}
    score = search.score(X_test, y_test)
    print(f"{name}: {epochs} epochs, accuracy on new digits {score:.3f}")
    print(f"  {found}")


# %%
# Halving
# -------
#
# After every round the best third continues.

halving = HalvingGridSearchCV(
    network,
    grid,
    resource="max_iter",
    min_resources=4,
    max_resources=36,
    factor=3,
    cv=3,
    random_state=0,
).fit(X_train, y_train)
rounds = [*zip(halving.n_candidates_, halving.n_resources_, strict=True)]
for candidates, epochs in rounds:
    print(f"{candidates:>3} candidates for {epochs:>2} epochs")
report("halving", halving, sum(n * epochs for n, epochs in rounds))

# %%
# All candidates to the end
# -------------------------
#
# The same grid without halving takes 2.8 times as many epochs.

full = GridSearchCV(network.set_params(max_iter=36), grid, cv=3).fit(X_train, y_train)
report("all to the end", full, 36 * len(full.cv_results_["params"]))

# %%
# Each line is a candidate, by its share of wrong digits. Some learning rates are far too low for
# four epochs, and are dropped at once.

results = pd.DataFrame(halving.cv_results_)
candidate = results["params"].map(lambda p: (p["hidden_layer_sizes"], p["learning_rate"]))
fig, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
for _, rounds_of_one in results.groupby(candidate):
    lasted = rounds_of_one["n_resources"].max() == 36
    ax.plot(
        rounds_of_one["n_resources"],
        1 - rounds_of_one["mean_test_score"],
        "o-",
        color="C0" if lasted else "0.7",
        zorder=3 if lasted else 2,
    )
ax.set_xscale("log")
ax.set_yscale("log")
ax.set_xticks([4, 12, 36], labels=["4", "12", "36"])
ax.set_yticks([0.03, 0.1, 0.3, 1], labels=["3 %", "10 %", "30 %", "100 %"])
ax.minorticks_off()
ax.set(xlabel="epochs", ylabel="wrong in cross-validation")
ax.set_title("Blue: the four candidates of the last round")
plt.show()
