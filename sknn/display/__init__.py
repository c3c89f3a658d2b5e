"""Pictures of a fitted network. They need matplotlib, which loads when one is drawn.

As scikit-learn's displays do, they keep what they show, so that it can be plotted again.

- `axes`: where to draw, and the network in a fitted estimator
- `names`: names beside a picture, shortened
- `loss_curve`: how training went
- `network`: the network itself
- `weights`: the first layer, by column or as images
- `activations`: the outputs of the neurons, dead neurons
- `cost_valley`: the loss over a plane of weights, and paths in it
- `learning_rate`: the loss while the learning rate rises
- `layers`: the rows of the table of layers
- `summary`: that table and how training went, in a terminal and a notebook
"""
