"""The operations around the matrix products, one file per library that runs them.

`numpy_ops` is the reference: each operation as its formula says. `numba_ops` holds the
compiled twin of each, in the same order and with the same arguments. `arrays` decides which
of the two runs.
"""
