"""File formats of labelled pictures, one module each."""
