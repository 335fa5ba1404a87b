"""Places where data comes from, one small module each."""
