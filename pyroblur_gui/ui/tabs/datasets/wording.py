"""Turns what is known of a data set into what the user reads."""

from collections.abc import Sequence

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.datasets.dataset import Picture
from pyroblur_gui.datasets.sample import Origin, Split
from pyroblur_gui.ui.fields import class_name
from pyroblur_gui.ui.i18n import numeral, tr, trn
from pyroblur_gui.ui.tabs.datasets.gallery_reader import Row, SetFacts


def split_label(split: Split | None) -> str:
    """What a part of the data set is called."""
    names = {Split.TRAIN: tr("Training"), Split.VAL: tr("Validation"), Split.TEST: tr("Test")}
    return names[split] if split is not None else tr("Not divided")


def images_text(count: int) -> str:
    return trn("{count} picture", "{count} pictures", count)


def boxes_text(count: int) -> str:
    return trn("{count} box", "{count} boxes", count)


def problems_text(count: int) -> str:
    return trn("{count} problem", "{count} problems", count)


def suggestions_text(count: int) -> str:
    return trn("{count} suggestion", "{count} suggestions", count)


def things_text(label: str, count: int) -> str:
    """4 faces; 1 plate."""
    if label == FACE:
        return trn("{count} face", "{count} faces", count)
    if label == LICENSE_PLATE:
        return trn("{count} plate", "{count} plates", count)
    return f"{numeral(count, ',')} {label.replace('_', ' ')}"


def facts_text(facts: SetFacts) -> str:
    """Pictures and boxes by class."""
    parts = [images_text(facts.images)]
    parts += [things_text(label, count) for label, count in zip(facts.classes, facts.boxes, strict=True) if count]
    if facts.suggestions:
        parts.append(suggestions_text(facts.suggestions))
    return " · ".join(parts)


def matches_text(count: int, total: int) -> str:
    """How many pictures pass the filter."""
    if count == total:
        return images_text(total)
    return tr("{count} of {total} pictures", count=numeral(count, ","), total=numeral(total, ","))


def row_text(row: Row, classes: Sequence[str]) -> str:
    """A picture of the gallery as one sentence for a screen reader."""
    picture = row.picture
    parts = [picture.name]
    if picture.split is not None:
        parts.append(split_label(picture.split))
    truth = [box for box in picture.boxes if box.is_truth]
    for label in sorted({box.label for box in truth}):
        parts.append(things_text(_name(classes, label), sum(box.label == label for box in truth)))
    if not truth:
        parts.append(tr("no boxes"))
    if row.suggestions:
        parts.append(suggestions_text(row.suggestions))
    if row.problems:
        parts.append(problems_text(len(row.problems)))
    if picture.error:
        parts.append(picture.error.rstrip("."))
    return ", ".join(parts)


def box_text(label: str, origin: Origin, width_px: float, height_px: float, score: float | None) -> str:
    """One box in the list of the large view: "Face · 34 × 41 px · suggested 80 %"."""
    parts = [class_name(label), f"{numeral(width_px, '.0f')} × {numeral(height_px, '.0f')} px"]
    origins = {
        Origin.LABELLED: "",
        Origin.EDITED: tr("edited"),
        Origin.SUGGESTED: tr("suggested"),
        Origin.ACCEPTED: tr("accepted"),
        Origin.SYNTHETIC: "",
    }
    said = origins[origin]
    if origin is Origin.SUGGESTED and score is not None:
        said = tr("suggested {percent} %", percent=round(score * 100))
    return " · ".join([*parts, said] if said else parts)


def _name(classes: Sequence[str], label: int) -> str:
    return classes[label] if 0 <= label < len(classes) else tr("class {number}", number=label)


def picture_facts_text(picture: Picture, source: str, classes: Sequence[str]) -> str:
    """What is known of one picture beside its boxes, among it what nobody has looked for."""
    size = f"{picture.width} × {picture.height}" if picture.width else ""
    missing = [class_name(name) for number, name in enumerate(classes) if number not in picture.labelled]
    unmarked = tr("not looked for: {classes}", classes=", ".join(missing)) if missing else ""
    return " · ".join(part for part in (size, split_label(picture.split), source, unmarked) if part)
