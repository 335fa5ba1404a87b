"""Stand-ins until the real dialogs and panels are there; the signatures are what the tab calls. To be deleted."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.jobs.spec import Spec
from pyroblur_gui.ui.job_client import JobClient


class _Dialog(QDialog):
    wanted = Signal(Spec)


class SourceDialog(_Dialog):
    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)


class ImportDialog(_Dialog):
    def __init__(self, client: JobClient, paths: Sequence[Path] = (), *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.given = (client, paths)


class SplitDialog(_Dialog):
    def __init__(self, name: str, *, pictures: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.given = (name, pictures)


class ExportDialog(_Dialog):
    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.given = name


class WorkPanel(QWidget):
    finished = Signal(str, str, object)
    opened = Signal(str)
    said = Signal(str)

    def __init__(self, client: JobClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self.hide()

    def start(self, spec: Spec) -> int:
        return self._client.queue.add(spec).id

    async def close_jobs(self) -> None:
        pass


class ChartsPanel(QWidget):
    def __init__(self, dataset: Dataset, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.addWidget(QLabel(dataset.name))
