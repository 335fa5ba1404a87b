"""What all writers of formats do: copy pictures under names that stay apart, and keep boxes within them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pyroblur_gui.core.files import fitted_name
from pyroblur_gui.datasets.formats.format import Labelled
from pyroblur_gui.jobs.context import Context

_ROOM = 16  # bytes that another ending of a label file and a number may take


class Copies:
    """splits: those that any picture was in so far."""

    def __init__(self, context: Context) -> None:
        self.splits: dict[str, int] = {}
        self._context = context
        self._stems: set[str] = set()

    def copy(self, picture: Labelled, folder: Path) -> str:
        """Copies the picture into the folder; the name it got there.

        Its stem is unique in all of the data set, also where case does not matter: label files are named by it.
        """
        self._context.check_cancelled()
        name = self._unused(picture.name)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture.picture, folder / name)
        self.splits[picture.split] = self.splits.get(picture.split, 0) + 1
        return name

    @staticmethod
    def boxes(picture: Labelled) -> Iterator[tuple[str, float, float, float, float]]:
        """What of the boxes lies within the picture: programs that read these formats reject the rest."""
        for label, left, top, right, bottom in picture.boxes:
            x1, x2 = max(left, 0.0), min(right, float(picture.width))
            y1, y2 = max(top, 0.0), min(bottom, float(picture.height))
            if x2 > x1 and y2 > y1:
                yield label, x1, y1, x2, y2

    def _unused(self, name: str) -> str:
        stem, suffix = os.path.splitext(name.replace("/", "_").replace("\\", "_"))  # noqa: PTH122 - a name, not a path
        stem = fitted_name(stem, "." * (len(suffix.encode()) + _ROOM))[: -(len(suffix.encode()) + _ROOM)]
        candidate, number = stem, 1
        while candidate.casefold() in self._stems:
            number += 1
            candidate = f"{stem}_{number}"
        self._stems.add(candidate.casefold())
        return candidate + suffix
