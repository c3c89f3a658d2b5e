"""The order of the examples in the sections of the gallery."""

ORDER = [
    "dataframe",
    "quickstart",
    "learning_rate",
    "which_solver",
    "schedules",
    "hidden_layer_sizes",
    "how_many_epochs",
    "watch_early_stopping",
    "validation_in_pipeline",
    "overfitting",
    "boundary_by_epoch",
    "imbalanced_classes",
    "several_targets",
    "search_architectures",
    "halving",
    "optuna_pruning",
    "mlflow_logging",
    "prediction_intervals",
    "intervals",
    "quantile_bands",
    "probabilities",
    "prediction_sets",
    "counts_and_amounts",
    "which_columns",
    "explain",
    "draw_network",
    "first_layer",
    "where_wrong",
    "hidden_representation",
    "activation_functions",
    "one_step_by_hand",
    "autoencoder",
    "dead_neurons",
    "cost_valley",
    "stream",
    "drifting_stream",
    "parquet_stream",
    "dask_cluster",
    "onnx_serving",
]


class Order:
    """The key by which sphinx-gallery sorts the files of a folder: new ones come last."""

    def __init__(self, folder):
        pass

    def __call__(self, file):
        """Return the place of `file`, such as "stream.py"."""
        name = file.removesuffix(".py")
        return (ORDER.index(name) if name in ORDER else len(ORDER), name)
