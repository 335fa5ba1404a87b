"""The places that are imported from, with what was recognised in each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from pyroblur_gui.ui import icons
from pyroblur_gui.ui.i18n import tr
from pyroblur_gui.ui.look import Space, scaled, tokens
from pyroblur_gui.ui.tabs.datasets.import_presenter import Place, found_text
from pyroblur_gui.ui.widgets.drop_area import draw_target
from pyroblur_gui.ui.widgets.elided import ElidedLabel
from pyroblur_gui.ui.widgets.glyph import Glyph

EMPTY_HEIGHT = 300
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz")


class ImportPlaces(QWidget):
    """One line a place. removed: the path of a place that the user wants to leave out."""

    removed = Signal(object)  # Path

    def __init__(self, titles: Mapping[str, str], parent: QWidget | None = None) -> None:
        """titles: of the formats, by name."""
        super().__init__(parent)
        self._titles = titles
        self._lines: dict[Path, _Line] = {}
        self._empty = _Empty()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self._column.addWidget(self._empty)

    def show_places(self, places: Sequence[Place]) -> None:
        wanted = {place.path for place in places}
        for path in [path for path in self._lines if path not in wanted]:
            line = self._lines.pop(path)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for place in places:
            if place.path not in self._lines:
                line = self._lines[place.path] = _Line(place)
                line.remove_button.clicked.connect(lambda _=False, path=place.path: self.removed.emit(path))
                self._column.addWidget(line)
            self._lines[place.path].show_place(place, self._titles)
        self._empty.setVisible(not places)

    def text(self, path: Path) -> str:
        """What is said of a place. Raises KeyError."""
        return self._lines[path].status.text()

    def notes(self, path: Path) -> str:
        """What is to be known of a place before it is imported. Raises KeyError."""
        return self._lines[path].notes.text()


class _Empty(QWidget):
    """Where to drop, while there is nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(EMPTY_HEIGHT)
        heading = QLabel(tr("Drop folders or archives here"))
        heading.setFont(scaled(self.font(), 1.15, weight=QFont.Weight.DemiBold))
        text = QLabel(
            tr(
                "Labels in YOLO, COCO JSON, Pascal VOC and WIDER text format are recognised by themselves. Your files "
                "are copied and stay as they are."
            )
        )
        text.setProperty("look", "muted")
        for label in (heading, text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        column.setSpacing(Space.S)
        column.addStretch()
        glyph = Glyph("folder-open", role="accent_text", size=56, disc="accent_tint")
        column.addWidget(glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(heading)
        column.addWidget(text)
        column.addStretch()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        look = tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_target(painter, QRectF(self.rect()), QColor(look.surface), QColor(look.control), is_lit=False)
        painter.end()


class _Line(QWidget):
    def __init__(self, place: Place) -> None:
        super().__init__()
        self._glyph = Glyph(_glyph(place), role="accent_text", size=20)
        self._name = ElidedLabel(place.path.name or str(place.path))
        self._name.setFont(scaled(self.font(), 1.0, weight=QFont.Weight.DemiBold))
        self.status, self.notes = QLabel(), QLabel()
        for label in (self.status, self.notes):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes.setProperty("look", "warning")
        self.remove_button = QToolButton()
        self.remove_button.setIcon(icons.icon("x", "muted"))
        self.remove_button.setIconSize(QSize(16, 16))
        self.remove_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.remove_button.setToolTip(tr("Do not import this"))
        self.remove_button.setAccessibleName(tr("Do not import {name}", name=place.path.name))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._glyph, 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._name, 0, 1)
        grid.addWidget(self.status, 1, 1)
        grid.addWidget(self.notes, 2, 1)
        grid.addWidget(self.remove_button, 0, 2, 2, 1, Qt.AlignmentFlag.AlignTop)

    def show_place(self, place: Place, titles: Mapping[str, str]) -> None:
        text = found_text(place, titles)
        notes = "\n".join(place.found.notes) if place.found is not None else ""
        self.status.setText(text)
        look = "danger" if place.problem else "muted"
        if self.status.property("look") != look:
            self.status.setProperty("look", look)
            self.status.style().polish(self.status)
        self.notes.setText(notes)
        self.notes.setVisible(bool(notes))
        self._glyph.set_glyph(
            "warning-circle-fill" if place.problem else _glyph(place), "danger" if place.problem else "accent_text"
        )
        self.setAccessibleName(". ".join(part for part in (place.path.name, text, notes) if part))


def _glyph(place: Place) -> str:
    if place.is_dataset:
        return "database"
    return "package" if place.path.suffix.lower() in ARCHIVES else "folder"
