"""How a picture lies in its view: fitted, or zoomed and moved; and what of it lies under a point of the view."""

from PySide6.QtCore import QPointF, QRectF, QSizeF

from pyroblur_gui.datasets.dataset import Box
from pyroblur_gui.ui.tabs.datasets.picture_editing import Handle, Point

MOST_ZOOM = 32.0  # screen pixels a picture pixel
FIT_MARGIN = 12.0
REACH = 7.0  # how near a handle counts as on it


class Viewport:
    """All in logical pixels of the view; the picture has its own pixels, of which one is `scale` wide."""

    def __init__(self) -> None:
        self._view = QSizeF(1, 1)
        self._picture = QSizeF(1, 1)
        self._scale = 1.0
        self._centre = QPointF(0.5, 0.5)  # which point of the picture lies in the middle, in fractions
        self.is_fitted = True

    @property
    def scale(self) -> float:
        return self._scale

    def show(self, width: int, height: int) -> None:
        """Another picture of this size, fitted."""
        self._picture = QSizeF(max(1, width), max(1, height))
        self.fit()

    def resize(self, size: QSizeF) -> None:
        self._view = size
        if self.is_fitted:
            self.fit()
        else:
            self._settle()

    def fit(self) -> None:
        self.is_fitted = True
        self._scale = self._fitting()
        self._centre = QPointF(0.5, 0.5)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """What lies under the point stays there; None: the middle of the view."""
        at = at or QPointF(self._view.width() / 2, self._view.height() / 2)
        fixed = self.to_picture(at)
        least = self._fitting()
        scale = min(max(self._scale * factor, least), max(MOST_ZOOM, least))
        if scale <= least * 1.001:
            self.fit()
            return
        self._scale, self.is_fitted = scale, False
        now = self.to_picture(at)
        self._centre += QPointF(fixed.x - now.x, fixed.y - now.y)
        self._settle()

    def pan(self, dx: float, dy: float) -> None:
        """Moves the picture by so much of the view."""
        area = self.area()
        self._centre -= QPointF(dx / area.width(), dy / area.height())
        self._settle()

    def area(self) -> QRectF:
        """Where the whole picture lies; parts of it may be outside of the view."""
        width, height = self._picture.width() * self._scale, self._picture.height() * self._scale
        left = self._view.width() / 2 - self._centre.x() * width
        top = self._view.height() / 2 - self._centre.y() * height
        return QRectF(left, top, width, height)

    def to_picture(self, point: QPointF) -> Point:
        area = self.area()
        return Point((point.x() - area.left()) / area.width(), (point.y() - area.top()) / area.height())

    def rect_of(self, box: Box) -> QRectF:
        area = self.area()
        return QRectF(
            area.left() + box.left * area.width(),
            area.top() + box.top * area.height(),
            (box.right - box.left) * area.width(),
            (box.bottom - box.top) * area.height(),
        )

    def reveal(self, box: Box) -> None:
        """Moves a zoomed picture so that the box can be seen."""
        if not self.is_fitted and not QRectF(QPointF(0, 0), self._view).contains(self.rect_of(box).center()):
            self._centre = QPointF((box.left + box.right) / 2, (box.top + box.bottom) / 2)
            self._settle()

    def _fitting(self) -> float:
        width = max(1.0, self._view.width() - 2 * FIT_MARGIN) / self._picture.width()
        height = max(1.0, self._view.height() - 2 * FIT_MARGIN) / self._picture.height()
        return min(width, height)

    def _settle(self) -> None:
        """Keeps the picture from being moved out of sight: a side that is smaller than the view stays centred."""
        self._scale = max(self._scale, self._fitting())
        centre = []
        for value, size, view in (
            (self._centre.x(), self._picture.width(), self._view.width()),
            (self._centre.y(), self._picture.height(), self._view.height()),
        ):
            half = view / 2 / (size * self._scale)
            centre.append(0.5 if half >= 0.5 else min(max(value, half), 1 - half))
        self._centre = QPointF(*centre)


def handles_of(rect: QRectF) -> dict[Handle, QPointF]:
    """Where a box can be taken hold of; one that is small on screen only by its corners."""
    middle = rect.center()
    found = {
        Handle.TOP_LEFT: rect.topLeft(),
        Handle.TOP_RIGHT: rect.topRight(),
        Handle.BOTTOM_RIGHT: rect.bottomRight(),
        Handle.BOTTOM_LEFT: rect.bottomLeft(),
    }
    if rect.width() >= 5 * REACH:
        found |= {Handle.TOP: QPointF(middle.x(), rect.top()), Handle.BOTTOM: QPointF(middle.x(), rect.bottom())}
    if rect.height() >= 5 * REACH:
        found |= {Handle.LEFT: QPointF(rect.left(), middle.y()), Handle.RIGHT: QPointF(rect.right(), middle.y())}
    return found


def handle_at(rect: QRectF, point: QPointF) -> Handle | None:
    """The handle under the point, or the inside of the box."""
    for handle, place in handles_of(rect).items():
        if abs(place.x() - point.x()) <= REACH and abs(place.y() - point.y()) <= REACH:
            return handle
    return Handle.INSIDE if rect.contains(point) else None
