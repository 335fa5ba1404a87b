"""Training detectors: what may be chosen, recipes, the run itself, its figures and how it goes on after a stop."""
