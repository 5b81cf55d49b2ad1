"""Places: a table that comes with the product."""
