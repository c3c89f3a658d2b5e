"""
Can I trust the predicted probabilities?
========================================

Of the rows to which a calibrated classifier gives 80 %, 80 % are of that class. Here are five
classifiers on generated data whose classes overlap, so that the true probabilities and the
best possible log loss are known.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.calibration import CalibrationDisplay, calibration_curve
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import FFNNClassifier, TabularClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(6000, 8))
truth = expit(2 * X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3] - 0.5)
y = (rng.random(len(X)) < truth).astype(int)
X = pd.DataFrame(X, columns=[f"x{column}" for column in range(8)])
train, test = train_test_split(np.arange(len(y)), train_size=2000, random_state=0)

# %%
# Five classifiers
# ----------------
#
# Single networks stop early. All else is each library's default.

classifiers = {
    "TabularClassifier": TabularClassifier(random_state=0),
    "FFNNClassifier": FFNNClassifier(early_stopping=True, random_state=0),
    "MLPClassifier": make_pipeline(
        StandardScaler(), MLPClassifier(early_stopping=True, random_state=0)
    ),
    "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
    "RandomForest": RandomForestClassifier(random_state=0),
}
found = {
    name: model.fit(X.iloc[train], y[train]).predict_proba(X.iloc[test])[:, 1]
    for name, model in classifiers.items()
}

# %%
# Scores
# ------
#
# The log loss judges the probabilities themselves: lower is better. The calibration error is
# the mean distance between probability and share, over ten bins with the same number of rows.
# The true probabilities have one of 0.015, which is chance. The three networks are 0.02 to 0.03
# off, the forest and the boosted trees 0.05.


def calibration_error(y, P, n_bins=10):
    """Return the mean distance of probability and share, over bins of equal size."""
    shares, means = calibration_curve(y, P, n_bins=n_bins, strategy="quantile")
    return np.abs(shares - means).mean()


print(f"{len(train)} rows, {len(test)} held-out rows\n")
print(f"{'':22} accuracy   log loss   calibration error")
for name, P in (found | {"the true probabilities": truth[test]}).items():
    print(
        f"{name:22}{accuracy_score(y[test], P > 0.5):9.3f}{log_loss(y[test], P):11.3f}"
        f"{calibration_error(y[test], P):20.3f}"
    )

# %%
# Calibration curves
# ------------------
#
# scikit-learn's :class:`~sklearn.calibration.CalibrationDisplay` draws them. On the dashed line
# the probabilities are right. A curve flatter than the line means overconfidence, a steeper
# one underconfidence.

fig, axes = plt.subplots(1, 2, figsize=(8, 4), layout="constrained", sharey=True)
for number, (name, P) in enumerate(found.items()):
    CalibrationDisplay.from_predictions(
        y[test],
        P,
        n_bins=10,
        strategy="quantile",
        name=name,
        ax=axes[int(number > 1)],
        color=f"C{number}",
    )
for ax in axes:
    ax.set(xlabel="predicted probability", ylabel="share of class 1 among these rows")
    ax.legend(loc="upper left", fontsize="small")
axes[0].set_title("Networks of sknn")
axes[1].set_title("Classifiers of scikit-learn")
axes[1].set_ylabel("")
plt.show()
