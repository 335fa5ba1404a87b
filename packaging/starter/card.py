"""Writes the card of the starter model beside its ONNX file.

    python packaging/starter/card.py STARTER_DIR RUN_DIR [--figures figures.json] [--face T] [--plate T]

Thresholds come from tune.py, figures from measure.py; what was trained on comes from prepare.py's list.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import yaml

from pyroblur_gui.core.files import sha256
from pyroblur_gui.models.card import Card, ClassCard, DataSource, Layout

DATA = (
    DataSource(name="maskdet853", licence="CC0 (second-hand)", pictures=838, note="faces by people"),
    DataSource(
        name="face-detection-mik1i",
        licence="CC BY 4.0 (Roboflow Universe, mohamed-traore-2ekkp)",
        pictures=680,
        note="faces by people",
    ),
    DataSource(
        name="Open Images, licence plates",
        licence="labels CC BY 4.0, pictures CC BY 2.0",
        pictures=430,
        note="plates by people, faces by CenterFace",
    ),
    DataSource(
        name="Open Images, streets",
        licence="labels CC BY 4.0, pictures CC BY 2.0",
        pictures=259,
        note="plates by people, faces by CenterFace",
    ),
    DataSource(
        name="Car plates (433)", licence="CC BY 4.0", pictures=295, note="plates by people, faces by CenterFace"
    ),
    DataSource(
        name="ta-alvin-3, Indonesia",
        licence="CC BY 4.0 (Roboflow Universe, alvingxv-7w6sm)",
        pictures=219,
        note="plates by people, faces by CenterFace",
    ),
    DataSource(
        name="COCO, 256 pictures",
        licence="labels CC BY 4.0, pictures under Flickr's terms",
        pictures=256,
        note="faces by CenterFace; COCO's labels unused",
    ),
    DataSource(name="COCO 2017, by way of the starting weights", licence="weights AGPL-3.0 (Ultralytics YOLO11n)"),
)
KEPT = (
    "model",
    "imgsz",
    "batch",
    "epochs",
    "optimizer",
    "lr0",
    "lrf",
    "cos_lr",
    "weight_decay",
    "warmup_epochs",
    "scale",
    "mosaic",
    "close_mosaic",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("starter", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--face", type=float, default=0.2)
    parser.add_argument("--plate", type=float, default=0.25)
    arguments = parser.parse_args()
    trained = yaml.safe_load((arguments.run / "args.yaml").read_text())
    card = Card(
        name="fast",
        title="Fast",
        summary="PyroBlur's own network for faces and licence plates in one go. Misses more small faces than Thorough.",
        layout=Layout.YOLO,
        classes=(
            ClassCard(name="face", threshold=arguments.face, margin=0.3),
            ClassCard(name="license_plate", threshold=arguments.plate, margin=0.15),
        ),
        input_size=640,
        stride=32,
        data=DATA,
        licence="AGPL-3.0-or-later",
        recipe={**{name: trained[name] for name in KEPT}, "precision": "bf16 on a CPU", "weights": "fp16"},
        seed=trained["seed"],
        figures=json.loads(arguments.figures.read_text()) if arguments.figures else {},
        sha256=sha256(arguments.starter / "starter.onnx"),
        created=datetime.now(UTC).replace(microsecond=0),
    )
    (arguments.starter / "starter.json").write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
