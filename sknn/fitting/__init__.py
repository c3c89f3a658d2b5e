"""One call of fit, in the order in which it happens.

- `checking`: the arguments of the user, checked before anything is changed
- `calls`: errors for methods that are called with wrong arguments
- `hints`: names in other libraries, and the names here
- `weights`: weights of the examples, times those of their classes
- `splitting`: which rows are held out
- `validation_set`: the held-out examples, and the score of the network on them
- `parts`: names become the engine's pieces
- `steps`: how many rows a step takes, and how many epochs there are
- `unused`: parameters that were set and have no effect
- `fit`: `Fit`, a whole call, from X and y to the published attributes
- `rounds`: the same over rounds, where several workers have a share of the rows each
- `shares`: the rows of one worker, prepared, trained on and scored there
- `blocks`: the partitions that a share is made of, and what is known of them
- `averaging`: networks that were trained side by side become one
- `ending`: how training ended, and what the user should know of that
- `shuffling`: chunks of a stream in random order
- `loss_check`: a check for losses that users write
- `units`: the user's units and those of training
- `checkpoint`: where an earlier fit stopped, and how training continues from there
- `observing`: after every epoch: curves, validation score, progress, callbacks
- `callbacks`: scikit-learn's callbacks
- `progress`: the progress line of `verbose`
- `publishing`: a trained network becomes fitted attributes, these a network that predicts
- `inspection`: what a fitted network computes on the way, and its derivatives
- `landscape`: the loss as a function of all weights and biases
- `probabilities`: those of classes and labels, from the logits
"""
