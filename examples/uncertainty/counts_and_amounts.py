"""
Which loss for counts and for amounts of money?
===============================================

``loss="poisson"`` for counts, ``loss="gamma"`` for positive amounts. Their predictions are
positive, and large targets may vary more than small ones. The squared error allows negative
predictions and counts an error of 100 dollars the same on a price of 400 as on one of 15,000.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import mean_absolute_error, mean_poisson_deviance, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import FFNNRegressor

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"


def network(loss, **changes):
    """Return a network with this loss; all else is the same."""
    return FFNNRegressor((32, 32), activation="silu", loss=loss, random_state=0, **changes)


# %%
# Counts: hires of bicycles per hour
# ----------------------------------
#
# The data are generated, so that the true rate is known: 1,500 hours of a year, with two rushes
# on a working day, hardly anybody at night, and more hires when it is warm.

rng = np.random.default_rng(0)
hours = pd.DataFrame({"hour": rng.uniform(0, 24, 1500), "degrees": rng.normal(12, 8, 1500)})


def true_rate(hours):
    """Return the mean number of hires in these hours."""
    rushes = [np.exp(-((hours["hour"] - at) ** 2) / 4) for at in (8, 17.5)]
    return 0.3 + (14 * rushes[0] + 18 * rushes[1]) * np.exp(hours["degrees"] / 20 - 0.6)


counts = rng.poisson(true_rate(hours))
train, test = train_test_split(np.arange(1500), train_size=1000, random_state=0)
models = {
    # The rushes are short: to follow them takes more steps than there are by default.
    "network, poisson": network("poisson", max_iter=150, batch_size=25),
    # Without the clip, predictions are those of the network itself.
    "network, squared error": network(
        "squared_error", max_iter=150, batch_size=25, clip_target=False
    ),
    "PoissonRegressor": make_pipeline(StandardScaler(), PoissonRegressor()),
}
day = pd.DataFrame({"hour": np.linspace(0, 24, 200), "degrees": 12.0})
fig, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
ax.plot(day["hour"], true_rate(day), "k--", label="true rate")
print(f"{'':24} mean Poisson deviance   lowest prediction")
for name, model in models.items():
    P = model.fit(hours.iloc[train], counts[train]).predict(hours.iloc[test])
    deviance = mean_poisson_deviance(counts[test], np.maximum(P, 0.01))
    print(f"{name:24}{deviance:22.2f}{P.min():20.2f}")
    ax.plot(day["hour"], model.predict(day), label=name)
ax.axhline(0, color="0.8", zorder=0)
ax.set(
    xlabel="hour of the day, at 12 degrees", ylabel="hires per hour", xticks=range(0, 25, 4)
)
ax.set_ylim(-2, 25)
ax.legend(loc="upper center", ncols=2)
plt.show()

# %%
# Between the rushes, the network with the squared error predicts fewer than zero hires.
# ``PoissonRegressor`` has the right loss, but is linear in the logarithm of the rate: it cannot
# follow the rushes.

# %%
# Amounts: the price of diamonds
# ------------------------------
#
# The gamma loss is about ratios: an error of 10 % counts the same on cheap and on expensive diamonds.

diamonds = pd.read_csv(DATA)
X, price = diamonds.drop(columns="price"), diamonds["price"].astype(float)
X_train, X_test, y_train, y_test = train_test_split(X, price, random_state=0)
print("loss            R²   mean error in dollars   in percent")
errors = {}
for loss in ("squared_error", "gamma"):
    P = network(loss).fit(X_train, y_train).predict(X_test)
    errors[loss] = np.abs(P - y_test) / y_test
    print(
        f"{loss:13}{r2_score(y_test, P):6.3f}"
        f"{mean_absolute_error(y_test, P):22.0f}{errors[loss].mean():15.1%}"
    )

# %%
# The squared error is better in R², which is about squared dollars. The gamma loss is better on
# cheap diamonds, and so in percent.

groups = pd.qcut(y_test, 10)
fig, ax = plt.subplots(figsize=(6.5, 3.6), layout="constrained")
for loss, error in errors.items():
    means = error.groupby(groups, observed=True).mean()
    ax.plot(y_test.groupby(groups, observed=True).mean(), 100 * means, "o-", label=loss)
ax.set(
    xlabel="price, dollars: ten groups of as many diamonds", ylabel="mean error, percent"
)
ax.set(xscale="log", ylim=(0, None))
ax.set_xticks([500, 1000, 2000, 5000, 10000], ["500", "1,000", "2,000", "5,000", "10,000"])
ax.minorticks_off()
ax.legend()
plt.show()
