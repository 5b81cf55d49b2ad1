"""What-if: the same demand under another policy, staff or rule of routing, side by side."""
