"""A plan of many trainings adds one model to those that are offered: the best of them."""

from datetime import UTC, datetime
from pathlib import Path

from run_folders import make_run

from pyroblur_gui.core.files import sha256
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models import catalogue, store
from pyroblur_gui.models.card import Card, Layout, class_cards
from pyroblur_gui.operations import plan_models
from pyroblur_gui.runs import plan as known
from pyroblur_gui.runs.plan import Plan


def train(run: str, *, best: float, tmp_path: Path) -> None:
    """What a training of a plan leaves behind."""
    make_run(folders().runs, run, best=best)
    file = tmp_path / f"{run}.onnx"
    file.write_bytes(run.encode())
    card = Card(
        name=store.name_from(run), title=run, layout=Layout.YOLO, classes=class_cards(("face",)), input_size=640,
        recipe={"run": run}, sha256=sha256(file), created=datetime(2026, 11, 30, tzinfo=UTC),
    )  # fmt: skip
    store.add(card, file)
    plan_models.sort_out(run)


def offered() -> set[str]:
    return {entry.name for entry in catalogue.entries() if not entry.is_shipped}


def test_the_best_run_of_a_plan_is_offered_and_the_others_are_kept(tmp_path: Path) -> None:
    known.keep(Plan(name="grid", recipe="quick", data="street", grid={"imgsz": (320, 416), "seed": (1, 2)}))
    train("mine", best=0.1, tmp_path=tmp_path)
    names = [store.name_from(f"grid--grid-0{number}") for number in (1, 2, 3)]
    for number, best in ((1, 0.3), (2, 0.6), (3, 0.5)):
        train(f"grid--grid-0{number}", best=best, tmp_path=tmp_path)
    assert offered() == {"mine", names[1]}
    assert {entry.name for entry in catalogue.entries(with_aside=True)} >= {"mine", *names}
    assert catalogue.find(names[0]).card.is_aside, "it can still be named"
    plan_models.offer(names[0])
    assert offered() == {"mine", names[0], names[1]}
