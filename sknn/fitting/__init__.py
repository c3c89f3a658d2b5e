"""One call of fit, in the order in which it happens."""
