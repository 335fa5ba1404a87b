"""The problems of one kind as Qt's model; the pictures that they are about come by the page when they are looked at."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from pyroblur_gui.datasets.dataset import Picture, Problem
from pyroblur_gui.ui.i18n import tr, translated

PAGE = 50
KEPT_PICTURES = 2000

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class Role(IntEnum):
    PROBLEM = Qt.ItemDataRole.UserRole
    PICTURES = Qt.ItemDataRole.UserRole + 1  # list[Picture], one or two
    THUMBNAILS = Qt.ItemDataRole.UserRole + 2  # list[QImage | None], as many


class ProblemModel(QAbstractListModel):
    def __init__(self, thumbnail: Callable[[str], QImage | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnail = thumbnail
        self._problems: list[Problem] = []
        self._pictures: OrderedDict[int, Picture] = OrderedDict()

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._problems)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's
        if not index.isValid() or index.row() >= len(self._problems):
            return None
        problem = self._problems[index.row()]
        if role == Role.PROBLEM:
            return problem
        pictures = self.pictures_of(problem)
        if role == Role.PICTURES:
            return pictures
        if role == Role.THUMBNAILS:
            return [self._thumbnail(picture.sha256) for picture in pictures]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            what = translated(problem.detail) or tr("the data set")
            return ", ".join([*(picture.name for picture in pictures), what])
        return None

    @property
    def problems(self) -> Sequence[Problem]:
        return self._problems

    def show(self, problems: Sequence[Problem]) -> None:
        self.beginResetModel()
        self._problems = list(problems)
        self._pictures.clear()
        self.endResetModel()

    def pictures_of(self, problem: Problem) -> list[Picture]:
        """As far as they were read."""
        numbers = (problem.picture, problem.other)
        return [self._pictures[number] for number in numbers if number is not None and number in self._pictures]

    def unknown(self, first: int, last: int) -> list[int]:
        """Numbers of the pictures of these rows (last not included) that have to be read."""
        numbers: dict[int, None] = {}
        for problem in self._problems[max(0, first) : last]:
            numbers |= {number: None for number in (problem.picture, problem.other) if number is not None}
        return [number for number in numbers if number not in self._pictures][: 2 * PAGE]

    def put(self, pictures: Mapping[int, Picture]) -> None:
        self._pictures.update(pictures)
        while len(self._pictures) > KEPT_PICTURES:
            self._pictures.popitem(last=False)
        if self._problems:
            self.dataChanged.emit(self.index(0), self.index(len(self._problems) - 1))
