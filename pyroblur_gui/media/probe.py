"""Finds out what a file is, by its content."""

from pathlib import Path

from pyroblur_gui.core.errors import MissingFileError, PyroblurError, UnreadableMediaError, UnsupportedMediaError
from pyroblur_gui.media.clip_facts import probe_clip
from pyroblur_gui.media.facts import AudioFacts, Kind, MediaFacts, SubtitleFacts, VideoFacts
from pyroblur_gui.media.failures import disguise, missing, read_failure, shown
from pyroblur_gui.media.photo_formats import looks_like_picture
from pyroblur_gui.media.photo_reading import photo_facts
from pyroblur_gui.media.source import JPEG_STREAMS

__all__ = ["AudioFacts", "Kind", "MediaFacts", "SubtitleFacts", "VideoFacts", "probe"]


def probe(path: Path) -> MediaFacts:
    """Raises MissingFileError, UnreadableMediaError (empty, damaged, encrypted), UnsupportedMediaError (no picture)."""
    head = _head(path)
    is_stream = path.suffix.lower() in JPEG_STREAMS
    if looks_like_picture(head) and not is_stream:
        return photo_facts(path)
    if disguise(path):  # FFmpeg would take a document for a clip of the JPEG pictures in it
        raise read_failure(path, ValueError("no medium"))
    try:
        return probe_clip(path)
    except MissingFileError:
        raise
    except PyroblurError as error:
        # Rare picture formats (PPM, JPEG 2000) have no plain signature; FFmpeg takes some of them for clips.
        try:
            return photo_facts(path)
        except (UnreadableMediaError, UnsupportedMediaError):
            raise error from error.__cause__


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnsupportedMediaError(f"{shown(path)} is a folder.", hint="Add it as a folder.", path=path)
        with path.open("rb") as file:
            head = file.read(32)
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise read_failure(path, error) from error
    if not head:
        raise UnreadableMediaError(f"{shown(path)} is empty.", hint="Copy it from the camera again.", path=path)
    return head
