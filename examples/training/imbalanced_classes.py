"""
How do I train on imbalanced classes?
=====================================

A rare class: what class_weight="balanced" does to recall and precision

Of the breast tumours that scikit-learn ships, all benign ones are kept and one in eight of
the malignant ones, as in a screening where disease is rare.
"""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import balanced_accuracy_score, precision_score, recall_score
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier


def screening():
    """Return X and y with few rows of class 1, malignant, and only a few features."""
    X, y = load_breast_cancer(return_X_y=True)
    malignant = 1 - y
    rare = np.flatnonzero(malignant)[::8]
    rows = np.r_[np.flatnonzero(malignant == 0), rare]
    return X[rows][:, :4], malignant[rows]


def network(class_weight):
    """Return a network that weighs its classes as told."""
    return FFNNClassifier(
        hidden_layer_sizes=16,
        learning_rate=0.01,
        learning_rate_schedule="cosine",
        max_iter=60,
        class_weight=class_weight,
        random_state=0,
    )


def main():
    X, y = screening()
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.5, stratify=y, random_state=0
    )
    print(f"{len(y)} tumours, {y.mean():.0%} of them malignant\n")
    print("class_weight   balanced accuracy   recall   precision")
    for class_weight in (None, "balanced"):
        predicted = network(class_weight).fit(X_train, y_train).predict(X_test)
        print(
            f"{class_weight!s:12}"
            f"{balanced_accuracy_score(y_test, predicted):20.3f}"
            f"{recall_score(y_test, predicted):9.3f}"
            f"{precision_score(y_test, predicted, zero_division=0):12.3f}"
        )


if __name__ == "__main__":
    main()
