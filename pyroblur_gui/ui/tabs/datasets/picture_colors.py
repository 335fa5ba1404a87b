"""The colours of boxes by class: data that lies over pictures, the same in light and dark."""

from PySide6.QtGui import QColor

from pyroblur_gui.ui.widgets.overlay import COVERED

# Far apart in hue and bright enough over any photo with the dark edge that is drawn around them.
_OF_CLASSES = (
    COVERED,
    QColor(38, 198, 218),
    QColor(255, 138, 101),
    QColor(156, 204, 101),
    QColor(240, 98, 146),
    QColor(255, 213, 79),
    QColor(100, 181, 246),
    QColor(186, 104, 200),
)


def class_color(label: int) -> QColor:
    """Of the class with this id; beyond the eighth they repeat."""
    return _OF_CLASSES[label % len(_OF_CLASSES)]
