"""Pictures of a fitted network. They need matplotlib, which loads when one is drawn.

As scikit-learn's displays do, they keep what they show, so that it can be plotted again.

- `axes`: where to draw, and the network in what the user has fitted
- `loss_curve`: how training went
- `network`: the network itself
- `layers`: the table of layers in notebooks
"""
