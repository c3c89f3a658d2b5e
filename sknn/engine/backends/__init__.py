"""The operations around the matrix products, one file per library that runs them.

`numpy_ops` is the reference: each operation as its formula says. `numba_ops` holds the
compiled twin of each, in the same order and with the same arguments. `numba_smooth` holds
activations compiled whole, `numba_steps` whole steps of training. `numba_compiler` says how
a kernel is compiled. `arrays` decides which backend runs.
"""
