"""Figures in large type above the charts: how far, how well, how fast, and what the machine bears."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from pyroblur_gui.ui.i18n import numeral, tr
from pyroblur_gui.ui.look import Space, scaled
from pyroblur_gui.ui.tabs.blur.wording import size_text, time_left_text
from pyroblur_gui.ui.tabs.training.machine import Load
from pyroblur_gui.ui.tabs.training.runs import RunLine
from pyroblur_gui.ui.tabs.training.wording import present_epoch
from pyroblur_gui.ui.widgets.elided import ElidedLabel

NARROWEST = 148  # of a tile
FEWEST, MOST = 2, 6  # tiles in a row
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one tile says: a caption and a value."""

    caption: str
    value: str


def of_run(line: RunLine) -> list[Figures]:
    """Epoch, best result and, while it runs, time left, speed and memory of the device."""
    best = NOTHING
    if line.best is not None:
        best = tr("{value} (epoch {epoch})", value=numeral(line.best, ".3f"), epoch=line.best_epoch)
    tiles = [
        Figures(tr("Epoch"), tr("{epoch} of {epochs}", epoch=present_epoch(line), epochs=numeral(line.epochs, ","))),
        Figures(tr("Best mAP50-95"), best),
    ]
    if not line.stage.is_active:
        return tiles
    told = line.progress
    left = NOTHING if told is None or told.eta_s is None else time_left_text(told.eta_s)
    tiles.append(Figures(tr("Time"), left))
    tiles.append(
        Figures(tr("Pictures a second"), numeral(told.rate, ".3g") if told is not None and told.rate else NOTHING)
    )
    if line.memory_bytes:
        tiles.append(Figures(tr("Memory of the device"), size_text(line.memory_bytes)))
    return tiles


def of_machine(load: Load) -> list[Figures]:
    tiles = [
        Figures(tr("Processors"), f"{numeral(load.cpu, '.0f')} %"),
        Figures(tr("Memory"), tr("{used} of {all}", used=size_text(load.used_bytes), all=size_text(load.total_bytes))),
    ]
    for number, gpu in enumerate(load.gpus):
        caption = tr("GPU") if len(load.gpus) == 1 else tr("GPU {number}", number=number)
        tiles.append(Figures(caption, f"{gpu.percent} % · {size_text(gpu.used_bytes)} · {gpu.temperature} °C"))
    return tiles


class Tiles(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: list[Figures] = []
        self._machine: list[Figures] = []
        self._tiles: list[_Tile] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(Space.L, Space.S, Space.L, Space.S)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        self._columns = FEWEST

    def show_run(self, line: RunLine) -> None:
        self._run = of_run(line)
        self._show()

    def show_load(self, load: Load | None) -> None:
        """None: the machine is not of interest, for nothing runs."""
        self._machine = of_machine(load) if load is not None else []
        self._show()

    def texts(self) -> dict[str, str]:
        """Values by caption."""
        return {tile.caption: tile.value for tile in (*self._run, *self._machine)}

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = max(FEWEST, min(MOST, (self.width() - Space.L) // (NARROWEST + Space.L)))
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(MOST):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _show(self) -> None:
        figures: Sequence[Figures] = (*self._run, *self._machine)
        while len(self._tiles) < len(figures):
            tile = _Tile()
            place = len(self._tiles)
            self._grid.addWidget(tile, place // self._columns, place % self._columns)
            self._tiles.append(tile)
        for place, tile in enumerate(self._tiles):
            tile.setVisible(place < len(figures))
            if place < len(figures):
                tile.say(figures[place])


class _Tile(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._caption = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self._caption.setProperty("look", "muted")
        self._caption.setFont(scaled(self.font(), 0.85))
        self._value = ElidedLabel(elide=Qt.TextElideMode.ElideRight)
        self._value.setFont(scaled(self.font(), 1.1, weight=QFont.Weight.DemiBold))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._caption)
        column.addWidget(self._value)

    def say(self, figures: Figures) -> None:
        if self._caption.text() != figures.caption:
            self._caption.setText(figures.caption)
        if self._value.text() != figures.value:
            self._value.setText(figures.value)
        self.setAccessibleName(f"{figures.caption}: {figures.value}")
