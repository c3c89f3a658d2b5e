"""
How do I search with Optuna and end bad trials early?
=====================================================

A callback reports the validation score of every epoch to the trial, and raises ``TrialPruned`` when
Optuna has seen enough. ``OptunaSearchCV``, which has the interface of scikit-learn's searches,
prunes too: it trains by ``partial_fit``. Needs ``pip install "sknn[search]"`` and
scikit-learn 1.9, which has callbacks.
"""

import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna_integration import OptunaSearchCV
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import AfterEpoch, FFNNClassifier, rectangular

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
settings = {"max_iter": 20, "random_state": 0}
optuna.logging.set_verbosity(optuna.logging.WARNING)

# %%
# A study of your own
# -------------------
#
# One trial is one network. It holds out a tenth of the rows, and keeps its best epoch.


def objective(trial):
    """Train one network; return its score on rows that it held out."""

    def report(network):
        trial.report(network.validation_scores_[-1], step=network.n_iter_)
        if trial.should_prune():
            raise optuna.TrialPruned

    network = FFNNClassifier(
        hidden_layer_sizes=rectangular(
            trial.suggest_int("width", 8, 64, log=True), trial.suggest_int("depth", 1, 2)
        ),
        learning_rate=trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        alpha=trial.suggest_float("alpha", 1e-6, 1e-1, log=True),
        early_stopping=True,
        **settings,
    )
    return network.set_callbacks(AfterEpoch(report)).fit(X_train, y_train).best_score_


study = optuna.create_study(
    direction="maximize",
    sampler=optuna.samplers.TPESampler(seed=0),
    pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=2),
)
study.optimize(objective, n_trials=15)

# %%
# Then train with the best parameters, on all rows.

pruned = [t for t in study.trials if t.state == optuna.trial.TrialState.PRUNED]
epochs = sum(len(trial.intermediate_values) for trial in study.trials)
best = dict(study.best_params)
sizes = rectangular(best.pop("width"), best.pop("depth"))
network = FFNNClassifier(hidden_layer_sizes=sizes, **best, **settings)
score = network.fit(X_train, y_train).score(X_test, y_test)
print(f"study: {len(pruned)} of 15 trials pruned, {epochs} of 300 epochs trained")
print(f"study: {study.best_params}")
print(f"study: accuracy on new digits {score:.3f}")

# %%
# OptunaSearchCV
# --------------
#
# ``max_iter`` of the search is the number of calls of ``partial_fit``, per trial and fold. There the
# learning rate is constant by default. With ``"cosine"`` and the same ``max_iter`` it falls as in the
# final fit.

cosine = {"learning_rate_schedule": "cosine", "max_iter": 10, "random_state": 0}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    warnings.simplefilter("ignore", FutureWarning)  # of Optuna, about itself
    search = OptunaSearchCV(
        FFNNClassifier(hidden_layer_sizes=32, **cosine),
        {
            "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
            "activation": CategoricalDistribution(["relu", "mish", "tanh"]),
        },
        cv=3,
        n_trials=6,
        enable_pruning=True,
        max_iter=10,
        random_state=0,
    ).fit(X_train, y_train)
print(f"OptunaSearchCV: {search.best_params_}")
print(f"OptunaSearchCV: accuracy on new digits {search.score(X_test, y_test):.3f}")

# %%
# The output
# ----------
#
# Eight bad trials ended early, which saved 144 of 300 epochs.
#
# .. code-block:: none
#
#     study: 8 of 15 trials pruned, 156 of 300 epochs trained
#     study: {'width': 60, 'depth': 1, 'learning_rate': 0.0237..., 'alpha': 0.000441...}
#     study: accuracy on new digits 0.982
#     OptunaSearchCV: {'learning_rate': 0.0399..., 'activation': 'tanh'}
#     OptunaSearchCV: accuracy on new digits 0.969
