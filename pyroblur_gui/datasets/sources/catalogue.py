"""All sources, by name: what they declare is known without loading what they work with."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.datasets.sources import folder, open_images, roboflow, synthetic, wider_face
from pyroblur_gui.datasets.sources.source import Source, SourceFacts

SOURCES: Mapping[str, SourceFacts] = {
    facts.name: facts for facts in (wider_face.FACTS, roboflow.FACTS, open_images.FACTS, synthetic.FACTS, folder.FACTS)
}

# Looked up by name, so that the window and the command line, which show what sources declare, load no codec.
_CLASSES = {
    "wider_face": "wider_face:WiderFaceSource",
    "roboflow": "roboflow:RoboflowSource",
    "open_images": "open_images:OpenImagesSource",
    "synthetic": "synthetic:SyntheticSource",
    "folder": "folder:FolderSource",
}


def facts_of(name: str) -> SourceFacts:
    """Raises SourceError, whose hint names the sources that there are."""
    if name not in SOURCES:
        message = f"There is no source named {name}."
        raise SourceError(message, hint=f"There are: {', '.join(SOURCES)}.")
    return SOURCES[name]


def open_source(name: str) -> Source:
    """Ready to gather from. Raises SourceError when there is none of that name."""
    module, _, kind = _CLASSES[facts_of(name).name].partition(":")
    return cast("Source", getattr(import_module(f"pyroblur_gui.datasets.sources.{module}"), kind)())
