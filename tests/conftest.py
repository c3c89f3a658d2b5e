"""Set up what must be set before scikit-learn is imported."""

import os

# Without it, the common check of array API input would be skipped.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
