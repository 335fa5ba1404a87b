"""CenterFace behind the detector protocol: faces as points of a heat map (arXiv 1911.03599).

The network is fully convolutional, so a picture is looked at in its own size up to a limit; input size decides which
faces are found more than anything else does. But the network sees only so far: of faces over 300 pixels it misses more
and more, and of those over 800 most. So a picture that has room for such faces is also looked at from afar.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.models.detector import Detections, Pending, Picture
from pyroblur_gui.models.engine import Network, Outputs
from pyroblur_gui.models.network import NetworkDetector, Thresholds
from pyroblur_gui.models.postprocess import Fit, best_first, merged, nothing, suppressed

NETWORK = Network(scale=1.0, outputs=3)  # of four: landmarks are not needed
CELL_PX = 4  # input pixels a cell of the maps
OVERLAP = 0.3
ROOM_PX = 480  # shorter side of the input from which faces may be too large for the network
FAR_PX = 256  # shorter side of the second look
LARGE_PX = 200  # the second look answers for faces at least as large in the first one's input


class CenterFaceDetector(NetworkDetector):
    def look(self, picture: Picture, thresholds: Thresholds) -> Pending:
        height, width = picture.shape[:2]
        near = self.fit(width, height)
        close = self.run(picture, near, thresholds)
        if min(near.inner) < ROOM_PX:
            return close
        longest = round(FAR_PX * max(near.inner) / min(near.inner))
        far = Fit.stretched(width, height, longest=longest, stride=self._card.stride)
        afar = self.run(picture, far, self.from_afar(thresholds))
        return _TwoLooks(close, afar, least=LARGE_PX * width / near.inner[0])

    def from_afar(self, thresholds: Thresholds) -> Thresholds:
        """What counts in the second look."""
        return thresholds

    def fit(self, width: int, height: int) -> Fit:
        return Fit.stretched(width, height, longest=self._card.input_size, stride=self._card.stride)

    def decode(self, outputs: Outputs, thresholds: Thresholds) -> Detections:
        return decode(outputs, thresholds[0])


def decode(outputs: Outputs, threshold: float) -> Detections:
    """Heat map [1, 1, h, w], logarithms of height and width and offsets down and right, [1, 2, h, w] each.

    Gives boxes in input pixels, clipped to the input before doubles are dropped, best first.
    """
    heat, log_size, offset = outputs
    rows, columns = np.nonzero(heat[0, 0] > threshold)
    if not len(rows):
        return nothing()
    height, width = np.exp(log_size[0][:, rows, columns]) * CELL_PX
    down, right = offset[0][:, rows, columns]
    x, y = (columns + right + 0.5) * CELL_PX, (rows + down + 0.5) * CELL_PX
    boxes = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1).astype(np.float32)
    limits = np.array((heat.shape[3], heat.shape[2]) * 2, np.float32) * CELL_PX
    clipped: NDArray[np.float32] = np.clip(boxes, np.float32(0), limits)
    return suppressed(clipped, heat[0, 0, rows, columns], np.zeros(len(rows), np.int64), overlap=OVERLAP)


@dataclass(frozen=True)
class _TwoLooks:
    """`least`: shorter side, in pixels of the picture, of a face that counts when it is seen from afar."""

    close: Pending
    far: Pending
    least: float

    def result(self) -> Detections:
        near, far = self.close.result(), self.far.result()
        large = (far.boxes[:, 2:] - far.boxes[:, :2]).min(axis=1) >= self.least
        boxes, scores, labels = (
            np.concatenate([getattr(near, name), getattr(far, name)[large]]) for name in ("boxes", "scores", "labels")
        )
        # from afar a large face is seen whole, from close by perhaps in parts
        parts = np.arange(len(scores)) < len(near)
        return best_first(boxes, scores, labels, merged(boxes, scores, labels, parts))
