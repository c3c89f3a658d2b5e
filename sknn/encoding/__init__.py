"""Columns and targets as numbers, and back: each object is fitted once and kept.

- `unchanged`: the encoder that takes X as it is
- `features`: X, checked and brought into the form of the first fit
- `columns`: types of the columns of a frame, and errors that name a column
- `table`: the transformer of tables with numbers and categories
- `reading`: which columns of a table are numbers and which categories, found by name
- `kinds`: numbers or categories, by types and by choice
- `cells`: one column of any frame, as numbers or as codes of its values
- `scaling`: what becomes of numbers
- `bins`: quantiles, and the piecewise linear encoding between them
- `levels`: what becomes of categories
- `targets`: the protocol for y, and y of a regression with its scaling
- `labels`: y of a classification: classes, their weights, decisions
"""
