"""Files of this and earlier releases load, and predict the same, or name their versions."""

import warnings
import zlib
from pathlib import Path

import joblib
import numpy as np
import pytest
from golden.models import predictions, table
from sklearn.base import clone
from sklearn.exceptions import InconsistentVersionWarning

import sknn
from sknn.encoding.versions import OtherVersionsWarning, versions

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*/*.joblib"))
FLOAT32 = {"quantiles", "tabular_regressor", "tabular_classifier"}


def named(path):
    return f"{path.parent.name}/{path.stem}"


def load(path):
    """Load a golden file, whose versions may be others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        return joblib.load(path)


def unpacked(path):
    """Return the pickle in a golden file."""
    return zlib.decompress(path.read_bytes())


def test_there_are_golden_files_of_this_release():
    assert {path.parent.name for path in FILES} >= {sknn.__version__}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_golden_file_predicts_what_it_did(path):
    expected = np.load(path.parent / "predictions.npz")[path.stem]
    rtol = 1e-4 if path.stem in FLOAT32 else 1e-9
    model = load(path)
    np.testing.assert_allclose(predictions(path.stem, model), expected, rtol=rtol)
    for each in (model, getattr(model, "encoder_", None)):
        assert each is None or repr(clone(each)) == repr(each)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_golden_file_names_its_versions_if_they_are_others(path):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        joblib.load(path)
    others = [str(w.message) for w in seen if w.category is OtherVersionsWarning]
    library = versions()["scikit-learn"]
    is_same = path.parent.name == sknn.__version__ and library.encode() in unpacked(path)
    assert bool(others) != is_same
    assert all(f"'sknn': '{path.parent.name}'" in message for message in others)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_golden_file_says_its_version_even_where_a_class_is_gone(
    path, monkeypatch, tmp_path
):
    content = unpacked(path)
    gone = content.replace(b"Features", b"Vanished").replace(b"Levels", b"Vanish")
    assert gone != content
    broken = tmp_path / path.name
    broken.write_bytes(zlib.compress(gone))
    monkeypatch.setattr(sknn, "__version__", "9.9.9")
    message = rf"pickled with .*{path.parent.name}.*loaded with .*9\.9\.9"
    with (
        warnings.catch_warnings(),
        pytest.raises(AttributeError, match="Vanish"),
        pytest.warns(InconsistentVersionWarning, match=message),
    ):
        joblib.load(broken)


@pytest.mark.parametrize(
    "release", sorted({path.parent for path in FILES}), ids=lambda p: p.name
)
def test_a_golden_stream_continues(release):
    X, _, labels = table(1)
    stream = load(release / "stream.joblib")
    stream.partial_fit(X, labels, X_val=X, y_val=labels)
    assert stream.n_iter_ == len(stream.loss_curve_) == 4
