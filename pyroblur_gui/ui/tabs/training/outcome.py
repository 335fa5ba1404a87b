"""What came of a run, as the tab tells it: the card of its model or, where there is none yet, its best epoch. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.models import store
from pyroblur_gui.models.card import Card
from pyroblur_gui.training.metrics import MAIN
from pyroblur_gui.training.run import RunFolder, RunRecord
from pyroblur_gui.ui.fields import class_name
from pyroblur_gui.ui.i18n import numeral, tr
from pyroblur_gui.ui.tabs.training.runs import RunLine

SHORT = 12  # of what is a hash
FIGURES = (MAIN, "mAP50", "precision", "recall")
Facts = tuple[tuple[str, str], ...]
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """facts: caption and text. by_class, by_size: what a row is about, how many objects, and the FIGURES."""

    model: str
    facts: Facts
    by_class: Rows = ()
    by_size: Rows = ()


def heads() -> tuple[str, ...]:
    """Above the columns of the tables."""
    return "", tr("Objects"), "mAP50-95", "mAP50", tr("Precision"), tr("Recall")


def read_outcome(line: RunLine) -> Outcome | None:
    """None where it has no weights yet. Reads the disk: call it in a thread."""
    if line.folder is None or not line.has_best:
        return None
    folder = RunFolder(line.folder)
    try:
        record = folder.record()
        name = store.find_checkpoint(sha256(folder.best))
        card = store.card(name) if name is not None else None
    except (PyroblurError, OSError):  # removed meanwhile, or damaged
        return None
    whole = (tr("All classes"), "", *_figures(record.best))
    if card is None:
        return Outcome("", _facts(record, None), (whole,))
    objects = sum(int(str(each.get("objects", 0))) for each in _parts(card, "by_class").values())
    whole = (whole[0], numeral(objects, ",") if objects else "", *whole[2:])
    return Outcome(
        card.name,
        _facts(record, card),
        (whole, *(_row(class_name(label), each) for label, each in _parts(card, "by_class").items())),
        tuple(_row(_size(size), each) for size, each in _parts(card, "by_size").items()),
    )


def _facts(record: RunRecord, card: Card | None) -> Facts:
    chosen = record.recipe.hyperparameters
    found = [(tr("Best epoch"), tr("{epoch} of {epochs}", epoch=record.best_epoch, epochs=numeral(chosen.epochs, ",")))]
    if card is not None:
        classes = ", ".join(
            tr("{label} from {percent} %", label=class_name(each.name), percent=round(100 * each.threshold))
            for each in card.classes
        )
        found = [
            (tr("Model"), card.name),
            (tr("Covers"), classes),
            *found,
            (tr("Export"), _export(card.figures.get("export_check"))),
        ]
    data = record.data.replace("\\", "/").removesuffix("/data.yaml").rpartition("/")[2]
    if record.fingerprint:
        data = tr("{data}, fingerprint {mark}", data=data, mark=record.fingerprint[:8])
    found += [
        (tr("Data"), data),
        (
            tr("Settings"),
            tr(
                "{size} px, batch {batch}, {optimizer} at {rate}, seed {seed}",
                size=chosen.imgsz,
                batch=chosen.batch,
                optimizer=chosen.optimizer.value,
                rate=f"{chosen.lr0:g}",
                seed=chosen.seed,
            ),
        ),
        (tr("Made with"), ", ".join(f"{name} {version[:SHORT]}" for name, version in record.versions.items())),
        (tr("Licence"), card.licence if card is not None else ""),
    ]
    return tuple((caption, text) for caption, text in found if text)


def _export(check: JsonValue) -> str:
    """Whether the exported network sees what the checkpoint sees."""
    if not isinstance(check, dict):
        return tr("ONNX, not compared with the checkpoint")
    pictures, boxes = int(str(check["pictures"])), int(str(check["boxes"]))
    if not check.get("is_passed"):
        text = tr("Beware: ONNX finds other boxes than the checkpoint in {pictures} pictures", pictures=pictures)
    elif not boxes:
        text = tr("ONNX; the checkpoint found nothing to compare in {pictures} pictures", pictures=pictures)
    else:
        text = tr(
            "ONNX finds the same {boxes} boxes in {pictures} pictures, within {px} px",
            boxes=numeral(boxes, ","),
            pictures=pictures,
            px=numeral(float(str(check["largest_px"])), ".2f"),
        )
    return text


def _parts(card: Card, name: str) -> dict[str, dict[str, JsonValue]]:
    parts = card.figures.get(name)
    found = parts.items() if isinstance(parts, dict) else ()
    return {label: dict(each) for label, each in found if isinstance(each, dict) and each.get("objects")}


def _row(title: str, each: Mapping[str, JsonValue]) -> tuple[str, ...]:
    return (title, numeral(int(str(each["objects"])), ","), *_figures(each))


def _figures(each: Mapping[str, object]) -> tuple[str, ...]:
    values = (each.get(name) for name in FIGURES)
    return tuple(numeral(value, ".3f") if isinstance(value, int | float) else "–" for value in values)


def _size(name: str) -> str:
    return {
        "tiny": tr("Tiny, under 16 px"),
        "small": tr("Small, 16 to 32 px"),
        "medium": tr("Medium, 32 to 96 px"),
        "large": tr("Large, from 96 px"),
    }.get(name, name)
