"""Tables and targets as numbers, and back: each object is fitted once and kept.

- `features`: X, checked, encoded and brought into the form of the first fit
- `table`: `TableEncoder`: numbers, text, categories and gaps as numbers on one scale
- `roles`: which columns are numbers, and which are categories
- `numbers`: columns of numbers: gaps filled and marked, one scale, bins
- `categories`: a column of categories as columns of 0 and 1
- `scaling`: the scale of the columns of X, which the first layer takes over
- `moments`: mean and standard deviation of chunk after chunk
- `columns`: types of the columns of a frame, and errors that name a column
- `frames`: columns of any library's frame as arrays
- `targets`: the protocol for y, and y of a regression with its scaling
- `labels`: y of a classification: classes, their weights, decisions
"""
