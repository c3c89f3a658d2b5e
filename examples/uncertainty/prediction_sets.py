"""
Which classes are possible? Prediction sets
===========================================

A classifier returns one class for every row, also where it can hardly tell two apart.
``predict_set`` of :class:`~sknn.TabularClassifier` returns all classes that are possible, so that
the right one is among them in, say, 95 % of the rows.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier, TabularClassifier

# %%
# Few rows, so that there is doubt
# --------------------------------
#
# 200 images of digits to train on, the others to measure. All ten members, so that each of the
# 200 rows is left out by one of them: these rows tell how high the probability of a class must
# be.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=200, stratify=y, random_state=0
)
model = TabularClassifier(FFNNClassifier((32,)), n_members=10, random_state=0)
model.fit(X_train, y_train)
print(f"accuracy on {len(y_test)} held-out images: {model.score(X_test, y_test):.1%}")

# %%
# Ask for a coverage
# ------------------
#
# The higher it is, the larger the sets.

coverages = [0.9, 0.95, 0.98, 0.99]
sizes = np.arange(1, 11)
shares = []
print("coverage asked   reached   mean size")
for coverage in coverages:
    S = model.predict_set(X_test, coverage)
    reached = S[np.arange(len(y_test)), y_test].mean()
    shares.append([(S.sum(axis=1) == size).mean() for size in sizes])
    print(f"{coverage:14.0%}{reached:10.1%}{S.sum(axis=1).mean():12.2f}")

fig, axes = plt.subplots(1, 4, figsize=(6.8, 2.4), sharey=True, layout="constrained")
for ax, coverage, share in zip(axes, coverages, shares, strict=True):
    ax.bar(sizes, share)
    ax.set(title=f"coverage {coverage:.0%}", xlabel="classes in the set", xticks=[1, 5, 10])
axes[0].set_ylabel("share of images")
plt.show()

# %%
# The images in doubt
# -------------------
#
# The first ten that get two digits at a coverage of 95 %. The right digit is in brackets.

S = model.predict_set(X_test, 0.95)
in_doubt = np.flatnonzero(S.sum(axis=1) > 1)[:10]
fig, axes = plt.subplots(2, 5, figsize=(6.8, 3.2), layout="constrained")
for ax, row in zip(axes.flat, in_doubt, strict=True):
    possible = ", ".join(str(digit) for digit in model.classes_[S[row]])
    ax.imshow(X_test[row].reshape(8, 8), cmap="gray_r")
    ax.set_title(f"{possible}  ({y_test[row]})", fontsize=10)
    ax.set_axis_off()
plt.show()

# sphinx_gallery_thumbnail_number = 2
