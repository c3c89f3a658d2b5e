"""Write the golden files of this release: fitted estimators, and what they predict.

    python tests/golden/make.py

To be run once for each release, on the oldest supported versions of NumPy and scikit-learn,
because newer ones read what older ones wrote. `tests/test_golden.py` loads the files of all
releases.
"""

from pathlib import Path

import joblib
import numpy as np
from models import fitted, predictions

import sknn


def main():
    folder = Path(__file__).parent / sknn.__version__
    folder.mkdir(exist_ok=True)
    models = fitted()
    for name, model in models.items():
        joblib.dump(model, folder / f"{name}.joblib", compress=9)
    said = {name: predictions(name, model) for name, model in models.items()}
    np.savez_compressed(folder / "predictions.npz", **said)


if __name__ == "__main__":
    main()
