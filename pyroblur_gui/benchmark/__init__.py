"""Measures models: how much they find, what they leave bare, how fast they are, and which of two is better."""
