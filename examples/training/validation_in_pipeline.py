"""
How do I use my own validation set inside a Pipeline?
=====================================================

With ``transform_input=["X_val"]``: the validation set then passes through the same steps as the
rows for training. ``fit(X, y, network__X_val=X_val)`` looks shorter, but its rows skip the
steps before the network.

If the validation rows need not be of your choice, there is a simpler way: with
``early_stopping=True`` alone, the network holds out a tenth of the rows, after all steps.
"""

import textwrap
import warnings

import matplotlib.pyplot as plt
import sklearn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import Normalizer

from sknn import FFNNClassifier, LossCurveDisplay

# %%
# The data and the steps
# ----------------------
#
# Images of digits. A Normalizer gives all images the same brightness, then the network follows.

X, y = load_digits(return_X_y=True)
X_rest, X_test, y_rest, y_test = train_test_split(X, y, stratify=y, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(
    X_rest, y_rest, test_size=0.2, stratify=y_rest, random_state=0
)
network = FFNNClassifier(hidden_layer_sizes=(64,), early_stopping=True, random_state=1)


def report(name, pipeline):
    """Print the epoch that was kept, and the accuracy on the test rows."""
    kept = pipeline[-1].best_iter_
    print(f"{name}: epoch {kept} kept, accuracy {pipeline.score(X_test, y_test):.3f}")


# %%
# Without a set of your own
# -------------------------
#
# Nothing else is needed.

pipeline = Pipeline([("brightness", Normalizer()), ("network", network)])
report("a tenth held out", pipeline.fit(X_rest, y_rest))

# %%
# With your own set
# -----------------
#
# scikit-learn passes ``X_val`` on only where this is requested: by metadata routing, by
# ``set_fit_request`` for the network, and by ``transform_input`` for the steps before it.

with sklearn.config_context(enable_metadata_routing=True):
    asking = sklearn.clone(network)
    asking.set_fit_request(X_val=True, y_val=True)
    right = Pipeline(
        [("brightness", Normalizer()), ("network", asking)],
        transform_input=["X_val"],
    )
    right.fit(X_train, y_train, X_val=X_val, y_val=y_val)
report("transform_input", right)

# %%
# The way that goes wrong
# -----------------------
#
# Here the validation rows skip the Normalizer, and the network warns.

wrong = Pipeline([("brightness", Normalizer()), ("network", sklearn.clone(network))])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    wrong.fit(X_train, y_train, network__X_val=X_val, network__y_val=y_val)
print(textwrap.fill(str(caught[0].message), 90))
report("network__X_val", wrong)

# %%
# The validation loss of the wrong way is that of images 60 times as bright as those for training.
# It soon stops falling, so that training ends too early.

fig, axes = plt.subplots(1, 2, figsize=(6.8, 3.2), sharey=True, layout="constrained")
for ax, model in zip(axes, [right, wrong], strict=True):
    LossCurveDisplay.from_estimator(model, ax=ax)
    ax.set_yscale("log")
axes[0].set_title("transform_input")
axes[1].set_title("network__X_val")
plt.show()
