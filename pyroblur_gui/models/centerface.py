"""CenterFace behind the detector protocol: faces as points of a heat map (arXiv 1911.03599).

The network is fully convolutional, so a picture is looked at in its own size up to a limit; input size decides which
faces are found more than anything else does.
"""

import numpy as np
from numpy.typing import NDArray

from pyroblur_gui.models.detector import Detections
from pyroblur_gui.models.engine import Network, Outputs
from pyroblur_gui.models.network import NetworkDetector, Thresholds
from pyroblur_gui.models.postprocess import Fit, nothing, suppressed

NETWORK = Network(scale=1.0, outputs=3)  # of four: landmarks are not needed
CELL_PX = 4  # input pixels a cell of the maps
OVERLAP = 0.3


class CenterFaceDetector(NetworkDetector):
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
