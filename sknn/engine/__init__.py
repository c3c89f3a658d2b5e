"""The engine: arrays in, arrays out, without scikit-learn.

In the order in which data flow through it:

- `part`: what all parts have in common: they print, compare and hash by their settings
- `initializers`: the weights that training starts from
- `parameters`: all weights and biases as one flat vector, with the layers as views
- `data`: how examples are kept, one-hot labels in a byte each, and copied
- `activation`, `activations`: the base and the catalogue: a = σ(z), and the derivative
- `neurons`: bias and activation of a layer in one call
- `network`: forward propagation, and back propagation of the error to the gradient
- `batches`: mini-batches of rows
- `loss`, `losses`: the base and the catalogue: how bad an output is, and the derivative
- `cost`: the loss of a batch plus the L2 penalty, with its gradient
- `derivatives`: the same way back in a trained network, and on to its input
- `schedules`: how the learning rate changes
- `optimizer`, `optimizers`: the base and the catalogue: how a gradient changes parameters
- `stopping`: when training is over
- `plan`: how to train, and what is noted on the way
- `compiled_steps`: many steps of training in one compiled call
- `training`: all of it, for epochs of mini-batches
- `lbfgs`: all of it, for all rows at once
- `threads`: one BLAS thread for small matrix products
- `arrays`: memory, types, and the backend that runs the operations
- `backends`: the operations themselves, in NumPy and compiled by Numba
"""
