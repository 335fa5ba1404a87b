"""A training from the form to the model that blurs, with the real worker behind the real window."""

from pathlib import Path

import pytest

from pyroblur_gui.datasets import store as store_of_sets
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.models import store
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.tabs.training.figures import as_csv
from pyroblur_gui.ui.tabs.training.runs import Stage
from tests.ui.desk import Play, shown, until
from tests.ui.training.training_desk import LIMIT_S, LONG, TINY, act, make_street, open_tab, press

EPOCHS = 4
OFTEN = TINY.model_copy(update={"hyperparameters": TINY.hyperparameters.model_copy(update={"epochs": EPOCHS})})

pytestmark = pytest.mark.usefixtures("training_part", "one_core")


def test_a_training_is_started_watched_ended_early_resumed_and_used_for_blurring(
    on_screen_patiently: Play, pictures: dict[str, Path]
) -> None:
    make_street(pictures)

    async def scenario(session) -> None:
        tab = await open_tab(session, OFTEN)
        tab.start.name.setText("first")
        tab.start.device.setCurrentIndex(tab.start.device.findData("cpu"))
        press(tab.start.start_button)
        assert tab.start.problem == ""
        presenter = tab.wiring.presenter
        await until(lambda: presenter.line("first") is not None, 5.0)
        history = presenter.told("first").history
        await until(lambda: len(history.points("batch/box_loss")) > 0, LIMIT_S)
        await act(tab.commands.finish)
        await until(lambda: presenter.line("first").stage is Stage.STOPPED, LIMIT_S)
        assert 1 <= presenter.line("first").last_epoch < EPOCHS
        assert RunFolder.of("first").record().state is RunState.STOPPED
        chart = tab.live.board.charts[0]
        await until(lambda: "mAP50-95 " in chart.legend)
        assert "Epoch 1 " in tab.live.log.toPlainText()
        await act(tab.commands.resume)
        await until(lambda: presenter.line("first").stage is Stage.DONE, LIMIT_S)
        for name in ("train/box_loss", "val/cls_loss", "mAP50-95", "precision", "lr"):
            assert list(history.points(name).steps) == list(range(1, EPOCHS + 1)), name
        for label in ("face", "license_plate"):
            steps = list(history.points(f"class/{label}/mAP50").steps)
            assert steps == list(range(1, EPOCHS + 1)), label
        await until(lambda: len(tab.live.board.charts) == 11)
        tab.live.board.draw_all()
        by_class = tab.live.board.charts[7]
        assert by_class.figure.title == "mAP50-95 by class"
        assert by_class.legend.startswith("Face ")
        assert ", Plate " in by_class.legend
        assert "class/license_plate/recall" in as_csv(history).split("\r\n")[0]
        tab.live.views.set_value("pictures")
        samples = tab.live.samples
        await until(lambda: samples.epoch_text == f"Epoch {EPOCHS}")
        assert len(samples.board.shown) == 4
        assert all(image is not None and image.width() == 400 for image in samples.board.shown.values())
        assert samples.board.accessibleDescription().count("1 labelled") == 4
        samples.slider.setValue(0)
        await until(lambda: samples.epoch_text == "Epoch 1")
        tab.live.views.set_value("charts")
        await until(lambda: tab.live.tiles.texts()["Epoch"] == f"{EPOCHS} of {EPOCHS}")
        tab.live.views.set_value("result")
        result = tab.live.result
        await until(lambda: result.facts.get("Model") == "first")
        assert [row[0] for row in result.classes.texts()] == ["All classes", "Face", "Plate"]
        await act(tab.commands.use)
        window = shown(session)
        await until(window.blur.isVisible)
        model = window.blur.chosen_options.model
        assert store.card(model).labels == ("face", "license_plate")

    on_screen_patiently(scenario)


def test_a_start_without_its_weights_asks_before_anything_is_downloaded(
    on_screen_patiently: Play, pictures: dict[str, Path]
) -> None:
    make_street(pictures)

    async def scenario(session) -> None:
        tab = await open_tab(session, TINY.model_copy(update={"is_pretrained": True}))
        assert "trained weights of YOLO11n (nano) are not on this computer" in tab.start.weights_text
        assert tab.start.weights.download_button.isVisible()
        tab.start.name.setText("early")
        press(tab.start.start_button)
        await until(lambda: bool(tab.findChildren(Question)))
        question = tab.findChildren(Question)[0]
        assert "github.com" in question.accessibleDescription()
        assert "AGPL-3.0" in question.accessibleDescription()
        press(question.buttons["later"])
        await until(lambda: not tab.findChildren(Question))
        assert tab.wiring.presenter.line("early") is None
        assert not tab.start.weights.is_busy
        tab.start.pretrained.setChecked(False)
        assert tab.start.weights_text == ""
        tab.start.name.setText("again")
        press(tab.start.start_button)
        await until(lambda: tab.wiring.presenter.line("again").stage is Stage.RUNNING)

    on_screen_patiently(scenario)


def test_runs_wait_for_each_other_stop_at_once_and_are_discarded(
    on_screen_patiently: Play, pictures: dict[str, Path]
) -> None:
    make_street(pictures)

    async def scenario(session) -> None:
        tab = await open_tab(session, LONG)
        presenter = tab.wiring.presenter
        for name in ("first", "second", "third"):
            tab.start.name.setText(name)
            press(tab.start.start_button)
        assert [each.name for each in tab.runs.items()] == ["third", "second", "first"]
        await until(lambda: presenter.line("first").stage is Stage.RUNNING)
        assert presenter.line("second").stage is Stage.WAITING
        assert tab.is_busy()
        tab.runs.chosen.emit("third")
        await answer_discard(tab)
        await until(lambda: presenter.line("third") is None)
        tab.runs.chosen.emit("first")
        await until(lambda: presenter.line("first").last_epoch >= 1, LIMIT_S)
        await act(tab.commands.stop)
        assert presenter.line("first").stage is Stage.STOPPING
        await until(lambda: presenter.line("first").stage is Stage.STOPPED, LIMIT_S)
        assert presenter.line("first").can_resume
        tab.runs.chosen.emit("second")
        await until(lambda: RunFolder.of("second").exists(), LIMIT_S)
        await answer_discard(tab)
        await until(lambda: presenter.line("second") is None, LIMIT_S)
        assert not RunFolder.of("second").path.exists()
        assert [each.name for each in tab.runs.items()] == ["first"]
        assert not tab.is_busy()

    on_screen_patiently(scenario)


async def answer_discard(tab) -> None:
    await act(tab.commands.discard)
    (question,) = [each for each in tab.findChildren(Question) if each.isVisible()]
    press(question.buttons["remove"])


def test_a_look_ahead_tells_the_time_and_its_advice_is_followed(
    on_screen_patiently: Play, pictures: dict[str, Path]
) -> None:
    make_street(pictures)
    wild = TINY.model_copy(update={"hyperparameters": TINY.hyperparameters.model_copy(update={"lr0": 1.0})})

    async def scenario(session) -> None:
        tab = await open_tab(session, wild)
        tab.start.device.setCurrentIndex(tab.start.device.findData("cpu"))
        press(tab.start.look_button)
        await until(lambda: tab.start.forecast.is_busy, 5.0)
        assert not tab.start.look_button.isEnabled()
        await until(lambda: bool(tab.start.forecast.rows), LIMIT_S)
        text = tab.start.forecast.text
        for part in ("Time: about ", " in all", " pictures a second on CPU", " at a batch of 4", " free\n"):
            assert part in text
        with store_of_sets.open_dataset("street") as dataset:
            assert f"Data: 12 + 4 pictures, fingerprint {fingerprint(dataset)[:8]}" in text
        await until(tab.start.forecast.rows[-1].isVisible)
        press(tab.start.forecast.rows[-1])
        assert tab.start.draft().recipe.hyperparameters.lr0 == pytest.approx(0.1)
        assert not RunFolder.of("trial").path.exists()
        press(tab.start.look_button)
        await until(tab.start.forecast.cancel_button.isVisible, 5.0)
        press(tab.start.forecast.cancel_button)
        await until(lambda: not tab.start.forecast.isVisible(), LIMIT_S)
        assert tab.start.look_button.isEnabled()

    on_screen_patiently(scenario)
