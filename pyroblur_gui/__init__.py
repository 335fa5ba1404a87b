"""PyroBlur finds faces and licence plates in photos and videos and covers them for good."""

__version__ = "0.1.0"
