"""Several networks on one table, trained side by side and averaged.

- `recipe`: the network that a member is by default
- `folds`: which rows a member leaves out
- `matrix`: what an encoder returns, as networks take it
- `member`: one network in training, and its weights at the ends of its cycles
- `choice`: which cycle ends are averaged
- `probabilities`, `values`: predictions of members in a classification, in a regression
- `temperature`, `conformal`: how these are corrected by the rows left out
- `voting`: the mean of networks, in bounded memory
- `held_out`: the rows left out, predicted by their own members
- `ensemble_fit`: all of this, in order
- `base`: what both tabular estimators share
"""
