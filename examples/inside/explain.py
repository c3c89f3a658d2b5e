"""
What has the network learned from each column?
==============================================

Three answers: how much the score falls without a column (permutation importance), how the mean
prediction depends on it (partial dependence), and how the prediction of one row changes with it
(the gradient with respect to the input).

The prices of flats are made up from their columns, so that every answer can be compared with the
truth: an Oslo address adds 40, a square metre 2 to 3, and the colour nothing.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.model_selection import train_test_split

from sknn import FFNNRegressor

rng, n = np.random.default_rng(0), 3000
X = pd.DataFrame(
    {
        "area": rng.uniform(20, 120, n),
        "age": rng.uniform(0, 100, n),
        "city": rng.choice(["Kyiv", "Oslo", "Rome"], n),
        "colour": rng.choice(["blue", "red"], n),
    }
)
per_metre = 3 - X["age"] / 100  # old flats are cheaper per square metre
y = per_metre * X["area"] + 40 * (X["city"] == "Oslo") + rng.normal(0, 5, n)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

model = FFNNRegressor(
    (32, 32),
    activation="silu",
    random_state=0,
).fit(X_train, y_train)
print(f"R² on {len(X_test)} held-out flats: {model.score(X_test, y_test):.3f}")

# %%
# Which columns matter?
# ---------------------
#
# How much R² falls when a column is shuffled. The colour does not matter.

found = permutation_importance(model, X_test, y_test, n_repeats=5, random_state=0)
for name, mean in zip(X.columns, found.importances_mean, strict=True):
    print(f"{name:8}{mean:8.3f}")

fig, ax = plt.subplots(figsize=(6, 2.4), layout="constrained")
ax.barh(X.columns, found.importances_mean, xerr=found.importances_std)
ax.invert_yaxis()
ax.set_xlabel("R² lost when the column is shuffled")

# %%
# How does the price depend on them?
# ----------------------------------
#
# The mean prediction when all flats have the same value in one column, and all others stay as
# they are. Oslo is 40 above the other cities, as it should be.

display = PartialDependenceDisplay.from_estimator(
    model,
    X_test,
    ["area", "age", "city", "colour"],
    categorical_features=["city", "colour"],
    n_cols=4,
    ax=plt.subplots(figsize=(8, 3), layout="constrained")[1],
)
display.axes_[0, 0].set_ylabel("mean price")
for city, price in zip(
    display.pd_results[2]["grid_values"][0],
    display.pd_results[2]["average"][0],
    strict=True,
):
    print(f"{city:8}{price:8.1f}")

# %%
# What does a square metre add to this flat?
# ------------------------------------------
#
# ``input_gradient`` returns the derivative of the prediction with respect to each column, for
# each row. Categories have no derivative: theirs is NaN.

slopes = pd.DataFrame(model.input_gradient(X_test), columns=model.feature_names_in_)
print("categories have no derivative:", slopes["city"].isna().all())
decades = pd.cut(X_test["age"], [0, 25, 50, 75, 100]).to_numpy()
table = pd.DataFrame(
    {"network": slopes["area"], "truth": per_metre.loc[X_test.index].to_numpy()}
)
print(table.groupby(decades, observed=True).mean().round(2).to_string())

# sphinx_gallery_thumbnail_number = 3
fig, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
ax.plot(X_test["age"], slopes["area"], ".", markersize=4, label="network, one dot per flat")
ax.plot([0, 100], [3, 2], color="black", label="truth")
ax.set(xlabel="age of the flat, years", ylabel="price of one more square metre")
ax.legend()

# %%
# And inside?
# -----------
#
# ``forward`` returns what every layer computes, ``gradient`` the gradient of the cost with
# respect to all weights and biases, in the units of X and y.

Z, A = model.forward(X_train)
coefs_grad, intercepts_grad = model.gradient(X_train, y_train)
print(f"{'layer':7}{'W':>10}{'Z, A':>14}{'|grad W|':>12}{'|grad b|':>12}")
for layer, W in enumerate(model.coefs_):
    sizes = np.linalg.norm(coefs_grad[layer]), np.linalg.norm(intercepts_grad[layer])
    print(
        f"{layer:<7}{W.shape!s:>10}{Z[layer].shape!s:>14}{sizes[0]:12.3g}{sizes[1]:12.3g}"
    )
print(f"mean activation of the first layer: {A[0].mean():.2f}")

plt.show()
