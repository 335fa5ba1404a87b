"""The training pack: a Python environment of PyroBlur's own with torch, for a program that was installed without."""
