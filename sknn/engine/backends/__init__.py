"""The operations of the engine, one file per library that runs them."""
