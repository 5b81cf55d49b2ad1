"""The product's responsibilities. Strangers to each other: they meet in contracts."""
