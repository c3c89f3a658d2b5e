"""One call of fit, in the order in which it happens.

- `checking`: what the user handed over, checked before anything is changed
- `calls`: what a method says when it is called with arguments that it does not have
- `hints`: names used by other libraries, and what they are called here
- `weights`: weights of the examples, times those of their classes
- `splitting`: which rows are held out
- `validation_set`: the examples held out, and what the network scores there
- `parts`: names become the engine's pieces
- `fit`: the whole of it: `Fit`, one call from the user's X and y to what is published
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
