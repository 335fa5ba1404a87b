"""Data sets of pictures with boxes: getting, keeping, checking, splitting, showing and writing them."""
