"""A linear model of words and of what became of tickets like this one; numpy only."""
