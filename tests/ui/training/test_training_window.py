"""The Training tab with runs on disk and without any: what it shows, says, keeps and deletes. Nothing is trained."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QToolTip

from pyroblur_gui.core.classes import Unlabelled
from pyroblur_gui.datasets import store
from pyroblur_gui.training import recipes
from pyroblur_gui.training.forecast import Advice, Forecast
from pyroblur_gui.training.run import RunFolder, RunRecord, RunState
from pyroblur_gui.training.samples import Sample, SampledEpoch, box, keep
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.tabs.training.recipe_dialog import RecipeDialog
from pyroblur_gui.ui.tabs.training.runs import Stage
from tests.ui.desk import Play, shown, until
from tests.ui.training.test_training_figures import line, write
from tests.ui.training.training_desk import TINY, act, make_street, open_tab, press


def make_run(name: str = "old", *, epochs: int = 3, state: RunState = RunState.DONE) -> RunFolder:
    """A run as a training leaves it, but for its weights, which are none."""
    folder = RunFolder.of(name)
    record = RunRecord(
        name=name, recipe=TINY, data="street", device="cpu", created=datetime(2026, 5, 1, tzinfo=UTC), state=state,
        last_epoch=epochs, best_epoch=2, best={"mAP50-95": 0.4},
    )  # fmt: skip
    folder.keep(record)
    folder.best.parent.mkdir()
    folder.best.write_bytes(b"no weights")
    folder.last.write_bytes(b"no weights")
    write(folder.path, *(line(epoch, best=0.4 if epoch == 2 else 0.1) for epoch in range(1, epochs + 1)))
    return folder


def test_without_a_data_set_the_tab_leads_to_where_one_is_got(on_screen: Play) -> None:
    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        await until(lambda: window.training.live.empty.heading == "First, a data set")
        assert not window.training.start.start_button.isEnabled()
        press(window.training.data_button)
        assert window.datasets.isVisible()

    on_screen(scenario)


def test_a_run_that_ended_shows_its_figures_and_saves_them(on_screen: Play, tmp_path: Path) -> None:
    make_run()

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: tab.live.board is not None and tab.live.board.isVisible())
        await until(lambda: bool(tab.live.board.charts))
        chart = tab.live.board.charts[0]
        await until(lambda: "mAP50-95 0.1" in chart.legend)
        await until(lambda: tab.live.tiles.texts() == {"Epoch": "3 of 3", "Best mAP50-95": "0.400 (epoch 2)"})
        assert "Epoch 2 · mAP50-95 0.4" in tab.live.log.toPlainText()
        assert chart.shown[0] == ([1, 2, 3], [0.1, 0.4, 0.1])
        tab.live.smoothing.setValue(50)
        await until(lambda: chart.shown[0][1] == pytest.approx([0.1, 0.3, 0.185714], abs=1e-5))
        place = chart._plot.getPlotItem().vb.mapViewToScene(QPointF(2.1, 0.2))
        chart._hovered(place)
        assert QToolTip.text() == "Epoch 2\nmAP50-95: 0.4\nmAP50: 0.3"
        QToolTip.hideText()
        tab.live.save_csv(tmp_path / "run.csv")
        assert (tmp_path / "run.csv").read_text(encoding="utf-8-sig").startswith("epoch,mAP50-95,")
        tab.live.save_png(tmp_path / "run.png")
        with Image.open(tmp_path / "run.png") as picture:
            assert picture.width > 300
        tab.live.save_csv(tmp_path / "nowhere" / "run.csv")
        assert "nowhere" in tab.banner.text

    on_screen(scenario)


def test_a_run_is_removed_with_its_folder_after_asking(on_screen: Play) -> None:
    folder = make_run()

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        for answer, there in (("keep", True), ("remove", False)):
            await act(tab.commands.remove)
            (question,) = tab.findChildren(Question)
            press(question.buttons[answer])
            await until(lambda: not tab.findChildren(Question))
            await until(lambda there=there: folder.path.exists() is there)
        await until(lambda: tab.runs.items() == [])
        assert tab.live.empty.isVisible()

    on_screen(scenario)


def test_a_run_is_put_into_the_form_to_be_changed_or_continued(on_screen: Play, pictures: dict[str, Path]) -> None:
    folder = make_run()
    make_street(pictures)

    async def scenario(session) -> None:
        tab = await open_tab(session, recipes.recipe("quick"))
        await act(tab.commands.duplicate)
        draft = tab.start.draft()
        assert (draft.recipe, draft.data, draft.device, draft.run) == (TINY, "street", "cpu", "")
        await act(tab.commands.continue_)
        draft = tab.start.draft()
        assert (draft.recipe.model, draft.recipe.is_pretrained) == (str(folder.best), True)
        assert draft.run.startswith("old-more-")
        tab.start.name.setText("old")
        await act(tab.commands.start)
        assert "There is a run named old already." in tab.start.problem

    on_screen(scenario)


def test_what_an_advice_says_is_applied_to_the_form(on_screen: Play, pictures: dict[str, Path]) -> None:
    make_street(pictures)
    advice = (
        Advice(text="Too fast.", change={"lr0": 0.0002}),
        Advice(text="Too slow.", model="yolo11s"),
        Advice(text="Only so."),
    )
    forecast = Forecast(
        device="cpu", batch=4, batches=3, pictures_s=7.5, epoch_s=30, total_s=7200, memory_bytes=900_000_000,
        disk_bytes=5_000_000, advice=advice,
    )  # fmt: skip

    async def scenario(session) -> None:
        tab = await open_tab(session)
        tab.start.forecast.show_forecast(forecast)
        assert "about 30 s an epoch, 2.0 h in all" in tab.start.forecast.text
        first, second = tab.start.forecast.rows
        await until(second.isVisible)
        press(first)
        assert not first.isEnabled(), "it was followed"
        assert tab.start.draft().recipe.hyperparameters.lr0 == 0.0002
        assert tab.start.forecast.isVisible(), "the other advice can still be followed"
        press(second)
        assert tab.start.draft().recipe.model == "yolo11s"
        tab.start.form.control("epochs").widget.stepUp()
        assert not tab.start.forecast.isVisible(), "it holds no more"

    on_screen(scenario)


def test_the_form_is_kept_as_a_recipe_of_its_own(on_screen: Play, pictures: dict[str, Path]) -> None:
    make_street(pictures)

    async def scenario(session) -> None:
        tab = await open_tab(session)
        tab.start.form.control("epochs").widget.setValue(17)
        await act(tab.commands.save_recipe)
        (dialog,) = tab.findChildren(RecipeDialog)
        dialog.title.setText("My Street")
        press(dialog.save_button)
        assert tab.start.recipes.currentData() == "my-street"
        kept = recipes.recipe("my-street")
        assert (kept.title, kept.hyperparameters.epochs, kept.data) == ("My Street", 17, "street")

    on_screen(scenario)


def test_a_run_that_was_killed_is_offered_to_go_on(on_screen: Play) -> None:
    make_run("killed", epochs=1, state=RunState.RUNNING)

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: [each.stage for each in tab.runs.items()] == [Stage.INTERRUPTED])
        await until(tab.commands.resume.isEnabled)
        assert not tab.is_busy()

    on_screen(scenario)


def test_sample_pictures_that_are_gone_do_not_hide_what_was_found(on_screen: Play, pictures: dict[str, Path]) -> None:
    folder = make_run().path
    boxes = {"labelled": (box("face", (0.1, 0.1, 0.4, 0.5)),), "found": (box("face", (0.1, 0.1, 0.4, 0.5), 0.8),)}
    there, gone = pictures["bus"], folder / "gone.jpg"
    keep(folder, SampledEpoch(epoch=1, samples=(Sample(picture=there, **boxes), Sample(picture=gone, **boxes))))

    async def scenario(session) -> None:
        window = shown(session)
        window.show_tab("training")
        tab = window.training
        await until(lambda: tab.live.board is not None and tab.live.board.isVisible())
        tab.live.views.set_value("pictures")
        samples = tab.live.samples
        await until(lambda: len(samples.board.shown) == 2)
        assert samples.board.shown[there] is not None
        assert samples.board.shown[gone] is None
        place = samples.board._places()[0]
        framed = samples.board.grab(place).toImage()
        samples.found.setChecked(False)
        samples.labelled.setChecked(False)
        plain = samples.board.grab(place).toImage()
        assert framed != plain, "boxes are drawn over the picture"
        samples.found.setChecked(True)
        assert samples.board.grab(place).toImage() not in (framed, plain)
        make_run("another")
        tab.wiring.presenter.refresh()
        await until(lambda: len(tab.runs.items()) == 2)
        tab.wiring.presenter.choose("another")
        await until(samples.blank.isVisible)

    on_screen(scenario)


def test_pictures_without_all_labels_are_left_out_unless_the_form_says_otherwise(
    on_screen: Play, pictures: dict[str, Path]
) -> None:
    with store.open_dataset(make_street(pictures)) as dataset:
        some = [picture for picture in dataset.every_picture() if picture.id % 4 == 0]
        dataset.replace([replace(picture, labelled=frozenset({0})) for picture in some])

    async def scenario(session) -> None:
        tab = await open_tab(session)
        choice = tab.start.unlabelled
        assert choice.isVisible()
        assert tab.start.draft().unlabelled is Unlabelled.LEAVE_OUT
        choice.setCurrentIndex(1)
        choice.activated.emit(1)
        assert tab.start.draft().unlabelled is Unlabelled.TREAT_AS_BACKGROUND
        await act(tab.commands.start)
        (line,) = tab.wiring.presenter.lines()
        assert line.unlabelled is Unlabelled.TREAT_AS_BACKGROUND
        tab.wiring.presenter.discard(line.name)
        await until(lambda: not tab.wiring.presenter.lines())

    on_screen(scenario)


def test_nothing_is_asked_about_labels_where_all_were_looked_for(on_screen: Play, pictures: dict[str, Path]) -> None:
    make_street(pictures)

    async def scenario(session) -> None:
        tab = await open_tab(session)
        assert not tab.start.unlabelled.isVisible()

    on_screen(scenario)
