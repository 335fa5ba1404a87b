"""Decides how a clip is encoded: what the container can hold, what is kept, and what is said about the rest."""

from dataclasses import dataclass

from pyroblur_gui.media.facts import MediaFacts


@dataclass(frozen=True, slots=True)
class EncoderPlan:
    """How to encode. `notes`: what will differ from the source and why, one sentence each."""

    encoder: str  # FFmpeg's name
    pixel_format: str
    width: int  # as encoded; may be 1 more than the source where 4:2:0 needs an even size
    height: int
    options: dict[str, str]
    codec_tag: str  # "" for the container's default
    notes: tuple[str, ...] = ()


def plan_encoding(
    facts: MediaFacts, *, container_suffix: str, encoder: str = "auto", preset: str = "veryfast", crf: int = 20
) -> EncoderPlan:
    """Raises MissingExtraError when a named encoder does not work here, UnsupportedMediaError for an unknown suffix."""
    raise NotImplementedError


def output_suffix(facts: MediaFacts) -> str:
    """Suffix (".mp4") of the container that the output gets when the user names none: the source's where it can be."""
    raise NotImplementedError
