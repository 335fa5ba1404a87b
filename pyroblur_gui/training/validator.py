"""Ultralytics' validator, which also notes what it found in a few pictures. Costs no further look at any picture.

Import it after models.offline.import_ultralytics.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torchvision.ops import batched_nms  # type: ignore[import-untyped]
from ultralytics.models.yolo.detect import DetectionValidator
from ultralytics.utils import ops

from pyroblur_gui.training.samples import LEAST_SCORE, MOST_BOXES, MOST_OVERLAP, Sample, box, spread

_OF_CLASS = ("precision", "recall", "mAP50", "mAP50-95")


class Validator(DetectionValidator):
    """by_class and samples are those of the last validation."""

    # What Ultralytics fills in while it sets up, without saying so in its types.
    metrics: Any
    names: Any
    dataloader: Any

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - Ultralytics'
        super().__init__(*args, **more)
        self.samples: list[Sample] = []
        self._watched: frozenset[str] | None = None

    def by_class(self) -> dict[str, Mapping[str, float]]:
        """Precision, recall, mAP50 and mAP50-95 of each class that the validation pictures show, by its name."""
        figures = self.metrics.box
        return {
            str(self.names[int(label)]): dict(zip(_OF_CLASS, map(float, figures.class_result(row)), strict=True))
            for row, label in enumerate(figures.ap_class_index)
        }

    def init_metrics(self, model: Any) -> None:  # noqa: ANN401 - Ultralytics'
        super().init_metrics(model)
        self.samples = []
        if self._watched is None:
            self._watched = self._worth_watching()

    def update_metrics(self, preds: list[dict[str, Any]], batch: dict[str, Any]) -> None:
        for number, found in enumerate(preds):
            if self._watched and batch["im_file"][number] in self._watched:
                self.samples.append(self._sample(found, self._prepare_batch(number, batch)))
        super().update_metrics(preds, batch)

    def _worth_watching(self) -> frozenset[str]:
        """Files that show something, from all over the validation pictures; any, where none does."""
        labels = getattr(self.dataloader.dataset, "labels", ())
        files = [label["im_file"] for label in labels if len(label["cls"])] or [label["im_file"] for label in labels]
        return frozenset(spread(files))

    def _sample(self, found: dict[str, Any], true: dict[str, Any]) -> Sample:
        sure = found["conf"] >= LEAST_SCORE
        boxes, labels, scores = (found[name][sure].float() for name in ("bboxes", "cls", "conf"))
        kept = batched_nms(boxes, scores, labels, MOST_OVERLAP)[:MOST_BOXES]
        boxes, labels, scores = boxes[kept], labels[kept], scores[kept]
        pairs = zip(labels.tolist(), self._edges(boxes, true), scores.tolist(), strict=True)
        labelled = zip(true["cls"].tolist(), self._edges(true["bboxes"], true), strict=True)
        return Sample(
            picture=Path(true["im_file"]),
            labelled=tuple(box(self.names[int(label)], edges) for label, edges in labelled),
            found=tuple(box(self.names[int(label)], edges, score) for label, edges, score in pairs),
        )

    def _edges(self, boxes: Any, true: dict[str, Any]) -> list[list[float]]:  # noqa: ANN401 - a tensor
        """From pixels of what the network was shown to fractions of the picture."""
        height, width = true["ori_shape"]
        placed = ops.scale_boxes(true["imgsz"], boxes.float().clone(), true["ori_shape"], true["ratio_pad"])
        sizes = boxes.new_tensor([width, height, width, height])
        edges: list[list[float]] = (placed / sizes).tolist()
        return edges
