"""
How do I log training to MLflow?
================================

Parameters, curves over the epochs, and the model as a skops file. Everything is written to a
temporary folder; elsewhere the address of your server takes its place.
Needs ``pip install "sknn[mlflow]"`` and scikit-learn 1.9, which has callbacks.
"""

import logging
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.model_selection import train_test_split

from sknn import SKOPS_TRUSTED, AfterEpoch, FFNNRegressor

DATA = Path(sys.argv[0]).resolve().parents[1] / "data" / "diamonds.csv.gz"
diamonds = pd.read_csv(DATA).sample(3000, random_state=0)
X, y = diamonds.drop(columns="price"), diamonds["price"]
X_train, X_test, y_train, _ = train_test_split(X, y, random_state=0)

# %%
# Where to log
# ------------
#
# On a server, this is one line: ``mlflow.set_tracking_uri("https://...")``.

folder = TemporaryDirectory()
logging.getLogger("mlflow").setLevel(logging.ERROR)
logging.getLogger("alembic").setLevel(logging.ERROR)
mlflow.set_tracking_uri(f"sqlite:///{folder.name}/mlflow.db")
experiment = mlflow.create_experiment("diamonds", artifact_location=folder.name)
mlflow.set_experiment(experiment_id=experiment)

# %%
# Train and log
# -------------
#
# The callback logs what is known after every epoch to the active run.


def log_epoch(network):
    curves = {
        "loss": network.loss_curve_[-1],
        "validation R2": network.validation_scores_[-1],
        "learning rate": network.learning_rate_curve_[-1],
    }
    mlflow.log_metrics(curves, step=network.n_iter_)


network = FFNNRegressor(
    hidden_layer_sizes=(64, 32),
    max_iter=12,
    early_stopping=True,
    scoring="r2",
    random_state=0,
)
with mlflow.start_run():
    mlflow.log_params(network.get_params())
    network.set_callbacks(AfterEpoch(log_epoch)).fit(X_train, y_train)
    model = mlflow.sklearn.log_model(
        network.set_callbacks(),  # without the callback, which is not part of the model
        name="prices",
        serialization_format="skops",
        skops_trusted_types=SKOPS_TRUSTED,
        signature=infer_signature(X_train, network.predict(X_train)),
        pip_requirements=["sknn"],
    )

# %%
# Read it again
# -------------

history = mlflow.MlflowClient().get_metric_history(model.run_id, "validation R2")
for metric in history:
    print(f"epoch {metric.step:>2}: validation R2 {metric.value:.3f}")
loaded = mlflow.pyfunc.load_model(model.model_uri)
assert np.array_equal(loaded.predict(X_test), network.predict(X_test))
print(f"the loaded model predicts the same: {loaded.predict(X_test)[:3].round()}")
folder.cleanup()

# %%
# The output
# ----------
#
# .. code-block:: none
#
#     epoch  1: validation R2 0.872
#     epoch  2: validation R2 0.925
#     epoch  3: validation R2 0.936
#     ...
#     epoch 12: validation R2 0.947
#     the loaded model predicts the same: [5070.  661. 3479.]
