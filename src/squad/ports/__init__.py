"""What the product needs from outside, one word each. Adapters keep these promises."""
