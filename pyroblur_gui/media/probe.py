"""Finds out what a file is, by its content."""

from pathlib import Path

from pyroblur_gui.media.facts import AudioFacts, Kind, MediaFacts, SubtitleFacts, VideoFacts

__all__ = ["AudioFacts", "Kind", "MediaFacts", "SubtitleFacts", "VideoFacts", "probe"]


def probe(path: Path) -> MediaFacts:
    """Raises MissingFileError, UnreadableMediaError (empty, damaged, encrypted), UnsupportedMediaError (no picture)."""
    raise NotImplementedError
