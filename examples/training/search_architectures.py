"""
Which architecture is best? A random search
===========================================

Width, depth, activation, dropout, learning rate and schedule are searched at once, with
scikit-learn's :class:`~sklearn.model_selection.RandomizedSearchCV`. Twelve of the 432 combinations
are tried.
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import RandomizedSearchCV, train_test_split

from sknn import FFNNClassifier, LeakyReLU, OneCycle, rectangular

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)

# %%
# The space
# ---------
#
# ``rectangular(width, depth)`` gives the sizes of layers of equal width. Parts with settings, such as
# ``LeakyReLU(0.1)``, are searched like names.

space = {
    "hidden_layer_sizes": [
        rectangular(width, depth) for width in (16, 32, 64) for depth in (1, 2, 3)
    ],
    "activation": ["relu", "silu", "selu", LeakyReLU(0.1)],
    "learning_rate": [0.003, 0.01, 0.03],
    "learning_rate_schedule": ["cosine", OneCycle(warm_up=0.1)],
    "dropout": [0.0, 0.1],
}
network = FFNNClassifier(batch_size=64, max_iter=20, random_state=0)
search = RandomizedSearchCV(network, space, n_iter=12, cv=3, n_jobs=2, random_state=0)
search.fit(X_train, y_train)

# %%
# What was found
# --------------

results = pd.DataFrame(search.cv_results_["params"]).astype(str)
results["accuracy"] = search.cv_results_["mean_test_score"].round(4)
results["seconds"] = search.cv_results_["mean_fit_time"].round(2)
short = {"hidden_layer_sizes": "layers", "learning_rate_schedule": "schedule"}
short["learning_rate"] = "rate"
table = results.sort_values("accuracy", ascending=False).rename(columns=short)
print(table.to_string(index=False, max_colwidth=20))
best = search.best_estimator_
print(f"\nbest: {best.hidden_layer_sizes}, {best.n_parameters_:,} parameters")
print(f"accuracy on held-out digits: {search.score(X_test, y_test):.3f}")

# %%
# The same as a picture: the dots are mean accuracies, the lines standard deviations over the
# three folds. Ten of the twelve are within 1.5 percentage points. The other two have the
# narrowest layers and the lowest learning rate.

ranked = results.sort_values("accuracy")
names = ranked["hidden_layer_sizes"] + " " + ranked["activation"].str.split("(").str[0]
names += ", rate " + ranked["learning_rate"] + ", dropout " + ranked["dropout"]
fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
ax.errorbar(
    ranked["accuracy"],
    range(len(ranked)),
    xerr=search.cv_results_["std_test_score"][ranked.index],
    fmt="o",
)
ax.set_yticks(range(len(ranked)), names)
ax.set_xlabel("accuracy in cross-validation")
ax.grid(axis="x")
plt.show()
