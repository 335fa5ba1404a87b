"""A training from the form to the model that blurs, with the real worker behind the real window."""

from pathlib import Path

import pytest

from pyroblur_gui.models import store
from pyroblur_gui.training.run import RunFolder, RunState
from pyroblur_gui.ui.tabs.training.runs import Stage
from tests.ui.desk import Play, shown, until
from tests.ui.training.training_desk import EPOCHS, LIMIT_S, act, make_street, open_tab, press

pytestmark = pytest.mark.usefixtures("_trainable")


@pytest.fixture
def _trainable() -> None:
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    pytest.importorskip("ultralytics", reason="the extra [train] is not installed")


def test_a_training_is_started_watched_ended_early_resumed_and_used_for_blurring(
    on_screen: Play, pictures: dict[str, Path]
) -> None:
    make_street(pictures)

    async def scenario(session) -> None:
        tab = await open_tab(session)
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
        assert presenter.line("first").last_epoch == 1
        assert RunFolder.of("first").record().state is RunState.STOPPED
        chart = tab.live.board.charts[0]
        await until(lambda: "mAP50-95 " in chart.legend)
        assert "Epoch 1 " in tab.live.log.toPlainText()
        await act(tab.commands.resume)
        await until(lambda: presenter.line("first").stage is Stage.DONE, LIMIT_S)
        for name in ("train/box_loss", "val/cls_loss", "mAP50-95", "precision", "lr"):
            assert list(history.points(name).steps) == list(range(1, EPOCHS + 1)), name
        await until(lambda: tab.live.tiles.texts()["Epoch"] == f"{EPOCHS} of {EPOCHS}")
        await act(tab.commands.use)
        window = shown(session)
        await until(window.blur.isVisible)
        model = window.blur.chosen_options.model
        assert store.card(model).labels == ("face", "license_plate")

    on_screen(scenario)
