"""Where the pictures of a benchmark's findings lie: in a data set of PyroBlur, or where its data.yaml leads. No Qt.

A result names pictures and never where they are: they may have been moved, changed or deleted since.
"""

import threading
from pathlib import Path

from pyroblur_gui.benchmark.result import DataFacts, Finding
from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.formats.described import described
from pyroblur_gui.datasets.sample import Split


class FindingPictures:
    """Of one result."""

    def __init__(self, data: DataFacts | None) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._described: dict[str, Path] | None = None

    @property
    def dataset(self) -> str | None:
        """The data set of PyroBlur that they are in."""
        return self._data.dataset if self._data is not None else None

    @property
    def file(self) -> Path | None:
        """The data.yaml that leads to them, where they are in no data set of PyroBlur."""
        return Path(self._data.name) if self._data is not None and self._data.dataset is None else None

    def path(self, finding: Finding) -> Path | None:
        """None where the picture is not there any more. Reads the disk: call it in a thread."""
        if self.dataset is not None:
            return _in_dataset(self.dataset, finding)
        if self._data is None:
            return None
        with self._lock:
            if self._described is None:
                self._described = _of_yaml(Path(self._data.name), Split(self._data.split))
        return self._described.get(finding.name)


def _in_dataset(dataset: str, finding: Finding) -> Path | None:
    if finding.picture is None:
        return None
    try:
        with store.open_dataset(dataset) as opened:
            return opened.path(opened.picture(finding.picture))
    except (PyroblurError, KeyError):  # the data set was changed or deleted since
        return None


def _of_yaml(file: Path, split: Split) -> dict[str, Path]:
    """By the names that findings use."""
    try:
        found = described(file)
        return {found.name_of(sample): sample.picture for sample in found.samples(split)}
    except PyroblurError:
        return {}
