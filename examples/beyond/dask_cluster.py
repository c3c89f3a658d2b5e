"""
How do I train on several machines? Dask
========================================

One network is trained on two worker processes, each with its own rows. On a cluster the code is
the same: only the address of the scheduler changes. Needs ``pip install "sknn[dask]"``.
"""

import dask.array as da
from distributed import Client, LocalCluster
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import FFNNClassifier
from sknn.dask import DaskFFNNClassifier


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    settings = {"hidden_layer_sizes": 64, "random_state": 0}
    # On a cluster, the rows would come from files: dask.dataframe.read_parquet(...).
    rows = da.from_array(X_train, chunks=(350, -1)), da.from_array(y_train, chunks=350)

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        model = DaskFFNNClassifier(**settings, client=client).fit(*rows)
        print(f"two workers: {model.to_local().score(X_test, y_test):.3f}")
        print("lazy probabilities:", model.predict_proba(rows[0]))

    alone = FFNNClassifier(**settings).fit(X_train, y_train)
    print(f"one machine: {alone.score(X_test, y_test):.3f}")


# Dask starts processes, which import this file: hence the condition.
if __name__ == "__main__":
    main()

# %%
# Both networks find 98 % of the new digits. The predictions of the Dask estimator are lazy: Dask
# computes them where the rows are, and only when they are needed.
#
# .. code-block:: none
#
#     two workers: 0.984
#     lazy probabilities: dask.array<concatenate, shape=(1347, 10), dtype=float64, ...>
#     one machine: 0.982
