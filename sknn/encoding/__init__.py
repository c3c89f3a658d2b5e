"""Columns and targets as numbers, and back: each object is fitted once and kept.

- `unchanged`: the encoder that takes X as it is
- `features`: X, checked and brought into the form of the first fit
- `table`: stand-in. `columns`: types of the columns of a frame, and errors that name a column
- `targets`: the protocol for y, and y of a regression with its scaling
- `labels`: y of a classification: classes, their weights, decisions
"""
