"""A YOLO network behind the detector protocol, fed and read as Ultralytics does it, and its relatives' outputs."""

import numpy as np

from pyroblur_gui.models.card import Card
from pyroblur_gui.models.detector import Detections
from pyroblur_gui.models.engine import Network, Outputs
from pyroblur_gui.models.network import NetworkDetector, Thresholds
from pyroblur_gui.models.postprocess import YOLO_OVERLAP, Fit, decode_yolo, suppressed


def network(card: Card) -> Network:
    return Network(scale=1 / 255, outputs=1, free_size=card.fixed_size is None)


class YoloDetector(NetworkDetector):
    def fit(self, width: int, height: int) -> Fit:
        if self._card.fixed_size is not None:
            return Fit.fixed(width, height, outer=self._card.fixed_size)
        return Fit.letterbox(width, height, longest=self._card.input_size, stride=self._card.stride)

    def decode(self, outputs: Outputs, thresholds: Thresholds) -> Detections:
        return decode_yolo(outputs[0][0], thresholds)


class ObjectnessDetector(YoloDetector):
    """Rows of anchors with an objectness of their own: a class's score is the product of both."""

    def decode(self, outputs: Outputs, thresholds: Thresholds) -> Detections:
        rows = outputs[0][0]
        return decode_yolo(np.concatenate([rows[:, :4], rows[:, 5:] * rows[:, 4:5]], axis=1).T, thresholds)


class BoxesDetector(YoloDetector):
    """Boxes that the network has chosen by itself; doubles are dropped all the same."""

    def decode(self, outputs: Outputs, thresholds: Thresholds) -> Detections:
        rows = outputs[0][0]
        labels = rows[:, 5].astype(np.int64)
        least = np.array([thresholds.get(label, np.inf) for label in labels.tolist()], np.float32)
        kept = rows[:, 4] > least
        return suppressed(rows[kept, :4], rows[kept, 4], labels[kept], overlap=YOLO_OVERLAP)
