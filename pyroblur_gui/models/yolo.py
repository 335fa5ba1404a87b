"""A YOLO network behind the detector protocol, fed and read as Ultralytics does it."""

from pyroblur_gui.models.card import Card
from pyroblur_gui.models.detector import Detections
from pyroblur_gui.models.engine import Network, Outputs
from pyroblur_gui.models.network import NetworkDetector, Thresholds
from pyroblur_gui.models.postprocess import Fit, decode_yolo


def network(card: Card) -> Network:
    return Network(scale=1 / 255, outputs=1, free_size=card.fixed_size is None)


class YoloDetector(NetworkDetector):
    def fit(self, width: int, height: int) -> Fit:
        if self._card.fixed_size is not None:
            return Fit.fixed(width, height, outer=self._card.fixed_size)
        return Fit.letterbox(width, height, longest=self._card.input_size, stride=self._card.stride)

    def decode(self, outputs: Outputs, thresholds: Thresholds) -> Detections:
        return decode_yolo(outputs[0][0], thresholds)
