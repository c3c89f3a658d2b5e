"""Tables and targets as numbers, and back: each object is fitted once and kept.

- `unchanged`: the encoder that takes X as it is
- `features`: X, checked, encoded and brought into the form of the first fit
- `survey`: what the columns of parts of the rows hold, merged to that of all
- `table`: `TableEncoder`: numbers, text, categories and gaps as numbers on one scale
- `reading`: which columns of a table are numbers and which categories, found by name
- `kinds`: numbers or categories, by types and by choice
- `cells`: one column of any frame, as numbers or as codes of its values
- `numbers`: columns of numbers: gaps filled and marked, one scale, bins
- `bins`: quantiles, and the piecewise linear encoding between them
- `levels`: what becomes of categories
- `scaling`: the scale of the columns of X, which the first layer takes over
- `moments`: mean and standard deviation of chunk after chunk
- `columns`: types of the columns of a frame, and errors that name a column
- `checked`: X and y as scikit-learn's validation returns them
- `foreign`: arrays of other libraries, as NumPy's
- `versions`: those that a saved estimator was made with
- `view`: an estimator with other attributes
- `targets`: the protocol for y, and y of a regression with its scaling
- `labels`: y of a classification: classes, their weights, decisions
"""
