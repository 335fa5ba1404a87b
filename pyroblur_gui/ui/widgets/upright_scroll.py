"""A column that scrolls up and down only: as wide as what is in it needs, however that is styled, whatever it says."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

SCROLL_BAR = 12


class UprightScroll(QScrollArea):
    """name: for assistants. least: its smallest width, where what is in it needs less."""

    def __init__(self, inside: QWidget, name: str, *, least: int = 0) -> None:
        super().__init__()
        self._least = least
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keep_bar(self) -> None:
        """Its bar is always there, so that nothing moves when a part of it folds."""
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def minimumSizeHint(self) -> QSize:
        inside = self.widget()
        width = inside.minimumSizeHint().width() if inside is not None else 0
        return QSize(max(self._least, width + SCROLL_BAR), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # what is in it wants another size
            self.updateGeometry()
        return super().event(event)
