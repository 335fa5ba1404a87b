"""Photos: read with every page upright, written without metadata unless it is asked for by name."""

from pyroblur_gui.media.photo import Photo, PhotoDetails, PhotoPage
from pyroblur_gui.media.photo_reading import photo_facts, read_photo
from pyroblur_gui.media.photo_writing import photo_suffix, write_photo

__all__ = ["Photo", "PhotoDetails", "PhotoPage", "photo_facts", "photo_suffix", "read_photo", "write_photo"]
