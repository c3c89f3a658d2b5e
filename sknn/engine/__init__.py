"""The engine: arrays in, arrays out, without scikit-learn.

In the order in which data flow through it:

- `initializers`: the weights that training starts from
- `parameters`: all weights and biases as one flat vector, with the layers as views
- `rows`: how examples are kept, labels in a byte each, and copied
- `batches`: mini-batches of rows
- `network`: forward propagation, and back propagation of the error to the gradient
- `neuron`, `activations`: what every neuron does to its sum, and the derivative
- `losses`: how bad an output is, and the derivative
- `penalties`: what large weights cost
- `cost`: the loss of a batch plus the penalty, with its gradient
- `schedules`: how the training rate changes
- `optimizers`: how a gradient changes the parameters
- `stopping`: when training is over
- `training`: all of it, for epochs of mini-batches
- `lbfgs`: all of it, for all rows at once
- `arrays`: the array library under everything
"""
