"""What came of a run, as the window tells it, and a data.yaml that is chosen there. Nothing is trained."""

from datetime import UTC, datetime
from pathlib import Path

from pyroblur_gui.core.files import sha256
from pyroblur_gui.models import store
from pyroblur_gui.models.card import Card, ClassCard, Layout
from tests.ui.desk import Play, shown, until
from tests.ui.training.test_training_window import make_run

FIGURES = {"objects": 4, "mAP50": 0.5, "mAP50-95": 0.25, "precision": 0.75, "recall": 1.0}


def make_model(checkpoint: Path, tmp_path: Path) -> None:
    """As a training leaves it, but for the network, which is none."""
    network = tmp_path / "model.onnx"
    network.write_bytes(b"no network")
    card = Card(
        name="old", title="old", layout=Layout.YOLO, input_size=64, sha256=sha256(network), licence="AGPL-3.0",
        classes=tuple(ClassCard(name=name, threshold=0.2, margin=0.1) for name in ("face", "license_plate")),
        checkpoint_sha256=sha256(checkpoint), created=datetime(2026, 5, 1, tzinfo=UTC),
        figures={
            "export_check": {"pictures": 20, "boxes": 31, "differing": 0, "largest_px": 0.12, "is_passed": True},
            "by_class": {"face": FIGURES, "license_plate": FIGURES | {"objects": 3}},
            "by_size": {"small": FIGURES, "large": FIGURES | {"objects": 0}},
        },
    )  # fmt: skip
    store.add(card, network, checkpoint=checkpoint)


def test_the_result_of_a_run_is_its_model_with_figures_by_class_and_size(on_screen: Play, tmp_path: Path) -> None:
    folder = make_run()
    make_model(folder.best, tmp_path)
    make_run("newer").best.write_bytes(b"other weights")

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: len(tab.wiring.presenter.lines()) == 2)
        tab.wiring.presenter.choose("old")
        tab.live.views.set_value("result")
        result = tab.live.result
        await until(lambda: bool(result.facts))
        assert result.facts["Model"] == "old"
        assert result.facts["Covers"] == "Face from 20 %, Plate from 20 %"
        assert result.facts["Export"] == "ONNX finds the same 31 boxes in 20 pictures, within 0.12 px"
        assert result.facts["Settings"] == "64 px, batch 4, AdamW at 0.002, seed 0"
        assert result.classes.texts() == [
            ["All classes", "7", "0.400", "–", "–", "–"],
            ["Face", "4", "0.250", "0.500", "0.750", "1.000"],
            ["Plate", "3", "0.250", "0.500", "0.750", "1.000"],
        ]
        assert [row[0] for row in result.sizes.texts()] == ["Small, 16 to 32 px"], "what nothing was measured of is out"
        tab.wiring.presenter.choose("newer")
        await until(lambda: "Model" not in result.facts, 5.0)

    on_screen(scenario)


def test_a_data_yaml_is_chosen_in_the_window_and_its_pictures_stay_where_they_are(
    on_screen: Play, tmp_path: Path
) -> None:
    described = tmp_path / "street" / "data.yaml"
    described.parent.mkdir()
    described.write_text("train: images\nval: images\nnames: [face]\n")

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: tab.start.data.count() > 0)
        assert not tab.start.start_button.isEnabled()
        box = tab.start.data
        assert box.itemText(box.count() - 1) == "Choose a data.yaml…"
        tab.start.data_field.take_file(str(described))
        assert box.currentText() == "street/data.yaml"
        assert tab.start.draft().data == str(described)
        assert tab.start.start_button.isEnabled()
        described.unlink()
        window.show_tab("blur")
        window.show_tab("training")
        await until(lambda: "is not there any more" in tab.start.data_field.counts.text())
        assert not tab.start.start_button.isEnabled()

    on_screen(scenario)
