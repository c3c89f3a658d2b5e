"""
How do I train on imbalanced classes?
=====================================

When one class is rare, a network finds few of its members: the loss is lower if it predicts
the frequent class more often. ``class_weight="balanced"`` gives every class the same total weight. More of the
rare class is then found, at the price of more false alarms.

The data are tumours of the breast, which ship with scikit-learn. All benign ones are kept and
one in eight of the malignant ones, as in a screening where disease is rare.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import (
    PrecisionRecallDisplay,
    balanced_accuracy_score,
    precision_score,
    recall_score,
)
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier

X, y = load_breast_cancer(return_X_y=True)
malignant = 1 - y
rare = np.flatnonzero(malignant)[::8]
rows = np.r_[np.flatnonzero(malignant == 0), rare]
X, y = X[rows][:, :4], malignant[rows]  # four columns only, or it would be too easy
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.5, stratify=y, random_state=0
)
print(f"{len(y)} tumours, {y.mean():.0%} of them malignant")

# %%
# With and without weights
# ------------------------

models = {}
print("class_weight   balanced accuracy   recall   precision")
for class_weight in (None, "balanced"):
    model = FFNNClassifier(
        hidden_layer_sizes=16, class_weight=class_weight, random_state=0
    ).fit(X_train, y_train)
    predicted = model.predict(X_test)
    models[class_weight] = model
    print(
        f"{class_weight!s:12}"
        f"{balanced_accuracy_score(y_test, predicted):20.3f}"
        f"{recall_score(y_test, predicted):9.3f}"
        f"{precision_score(y_test, predicted, zero_division=0):12.3f}"
    )

# %%
# Where on the curve do they decide?
# ----------------------------------
#
# Each curve shows what one network reaches with all thresholds. The dot is the threshold of 0.5,
# which ``predict`` uses. The curves are much the same: the weights do not make a better network,
# they move the decision along the curve. A lower threshold on ``predict_proba`` does it too.

fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
for colour, (class_weight, model) in zip(("C0", "C1"), models.items(), strict=True):
    PrecisionRecallDisplay.from_estimator(
        model,
        X_test,
        y_test,
        ax=ax,
        name=f"class_weight={class_weight!r}",
        curve_kwargs={"color": colour},
    )
    predicted = model.predict(X_test)
    point = recall_score(y_test, predicted), precision_score(y_test, predicted)
    ax.plot(*point, "o", color=colour, markersize=10)
ax.set(xlabel="recall: malignant tumours found", ylabel="precision: alarms that are right")
ax.set_title("Dots: threshold 0.5")
plt.show()
