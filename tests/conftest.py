"""Set up what must be set before scikit-learn is imported, and Ctrl-C."""

import os
import signal

# Without it, the common check of array API input would be skipped.
os.environ.setdefault("SCIPY_ARRAY_API", "1")


def pytest_configure():
    # A job in the background of a shell inherits that SIGINT is ignored.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
