"""The Benchmark tab in the real window: what it shows, says, keeps and deletes; and one real benchmark from it."""

from pathlib import Path

from clips import make_clip
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from pyroblur_gui.benchmark import store
from pyroblur_gui.benchmark.result import FindingKind
from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.look import tokens
from pyroblur_gui.ui.tabs.benchmark.findings_view import CROP, FINDING
from pyroblur_gui.ui.tabs.datasets.import_dialog import ImportDialog
from tests.ui.benchmark.benchmark_desk import make_faces, make_files, make_result, open_result, open_tab
from tests.ui.desk import Play, shown, until


def test_without_anything_the_tab_says_what_to_do(on_screen: Play) -> None:
    async def scenario(session) -> None:
        tab = await open_tab(session)
        assert tab.results.empty.heading == "No benchmark yet"
        assert "get or import a data set" in tab.results.empty.text
        assert tab.setup.chosen_models() == ("thorough",)
        models = tab.setup.models
        seen = models.viewport().grab().toImage()
        look = tokens(models.palette())
        for line, shade in ((0, look.accent), (1, look.muted)):  # filled where it is ticked, else framed
            row = models.visualItemRect(models.item(line))
            places = [QPoint(x, y) for x in range(row.left(), row.left() + 40) for y in range(row.top(), row.bottom())]
            assert any(seen.pixelColor(place) == QColor(shade) for place in places)
        tab.commands.run.trigger()
        assert tab.setup.problem == "Choose a data set, the speed, or a clip."
        tab.setup.choose_models(())
        tab.setup.run_button.click()
        assert tab.setup.problem == "Choose at least one model."
        assert not tab.commands.save.isEnabled()

    on_screen(scenario)


def test_a_result_is_shown_with_intervals_and_a_plain_verdict(on_screen: Play) -> None:
    make_result()

    async def scenario(session) -> None:
        tab = await open_result(session)
        said = tab.results.summary.verdict.text()
        assert "good is better than poor in leaked objects by 50.0 %" in said
        assert "on these 8 pictures" in said
        rows = tab.results.summary.models.texts()
        assert [row[0] for row in rows] == ["good", "poor"]
        assert rows[0][7] == "0.0 %\n0.0–0.0"
        assert rows[1][7] == "50.0 %\n50.0–50.0"
        tab.results.show_view("speed")
        speed = tab.results.speed
        assert [row[5] for row in speed.ways.texts()] == ["1", "2", "4", "3 under way"]
        assert [list(line.x) for line in speed.chart.lines] == [[1, 2, 4]], "what is under way at once is no batch"
        assert "Batch 2\ngood, openvino f32 cpu, 640 px: 83.0" in speed.chart._text_at(QPointF(2.2, 50))
        assert "takes one picture at a time" in speed.notes.text()
        assert tab.setup.results.count() == 1
        assert "Only" not in tab.results.summary.notes.text()

    on_screen(scenario)


def test_curves_and_leaks_follow_class_and_slider(on_screen: Play) -> None:
    make_result()

    async def scenario(session) -> None:
        tab = await open_result(session)
        tab.results.show_view("curves")
        curves = tab.results.board("curves")
        assert [line.label for line in curves.charts["pr"].lines] == ["good", "poor"]
        tab.results.show_view("leaks")
        leaks = tab.results.board("leaks")
        assert leaks.slider.value() == 25
        assert "good: 0.0 % of the objects" in leaks.text.text()
        leaks.slider.setValue(95)
        assert "good: 100.0 % of the objects" in leaks.text.text()
        assert "poor: 100.0 % of the objects" in leaks.text.text()
        assert "No threshold covers 95 % of the objects; at most 50.0 % are covered." in leaks.text.text()
        assert "Threshold 0.50" in leaks.chart._text_at(QPointF(0.5, 0.5))

    on_screen(scenario)


def test_the_gallery_leads_into_the_data_set(on_screen: Play, pictures: dict[str, Path]) -> None:
    make_faces(pictures)
    make_result()

    async def scenario(session) -> None:
        tab = await open_result(session)
        tab.results.show_view("gallery")
        view = tab.results.findings
        assert view.items.rowCount() == 0  # the first model misses nothing
        assert view.blank.isVisible()
        view.model_box.setCurrentIndex(1)
        assert view.items.rowCount() == 8
        assert not view.blank.isVisible()
        index = view.items.index(2)
        assert index.data(FINDING).kind is FindingKind.MISS
        await until(lambda: view.items.index(2).data(CROP) is not None)
        view.grid.setCurrentIndex(index)
        QTest.keyClick(view.grid, Qt.Key.Key_Return)
        datasets = shown(session).datasets
        await until(lambda: datasets.isVisible() and datasets.picture.isVisible())
        await until(lambda: datasets.picture.picture is not None)
        assert datasets.picture.picture.id == index.data(FINDING).picture

    on_screen(scenario)


def test_findings_of_a_data_yaml_are_seen_and_lead_to_its_import(
    on_screen: Play, pictures: dict[str, Path], tmp_path: Path
) -> None:
    file = make_files(pictures, tmp_path / "street")
    make_result(file=file)

    async def scenario(session) -> None:
        tab = await open_result(session)
        tab.results.show_view("gallery")
        view = tab.results.findings
        view.model_box.setCurrentIndex(1)
        await until(lambda: view.items.index(2).data(CROP) is not None)
        (tmp_path / "street" / "images" / "03.jpg").unlink()
        gone = next(row for row in range(8) if view.items.index(row).data(FINDING).name == "images/03.jpg")
        view.grid.clicked.emit(view.items.index(gone))
        view.grid.clicked.emit(view.items.index((gone + 1) % 8))
        await until(lambda: "is not in a data set of PyroBlur yet" in tab.banner.text)
        tab.banner.findChild(QPushButton).click()
        datasets = shown(session).datasets
        await until(lambda: datasets.isVisible() and datasets.findChild(ImportDialog) is not None)
        datasets.findChild(ImportDialog).reject()

    on_screen(scenario)


def test_a_report_is_saved_and_a_result_removed_after_a_question(on_screen: Play, tmp_path: Path) -> None:
    folder = make_result()

    async def scenario(session) -> None:
        tab = await open_result(session)
        tab.wiring.save_report(tmp_path)
        await until(lambda: "The report is saved in" in tab.banner.text)
        assert (tmp_path / folder.name / "benchmark.html").is_file()
        tab.commands.remove.trigger()
        question = tab.findChild(Question)
        await until(lambda: question is not None and question.isVisible())
        question.answered.emit("remove")
        question.close()
        await until(lambda: tab.results.result is None)
        assert store.names() == []

    on_screen(scenario)


def test_a_damaged_result_is_said_and_nothing_else_breaks(on_screen: Play) -> None:
    folder = make_result()
    (folder / "benchmark.json").write_text("{}")

    async def scenario(session) -> None:
        tab = await open_tab(session)
        await until(lambda: "cannot be read" in tab.setup.problem)
        assert tab.results.empty.isVisible()

    on_screen(scenario)


def test_a_benchmark_of_pictures_and_a_labelled_clip_runs_from_the_window(
    on_screen_patiently: Play, pictures: dict[str, Path], tmp_path: Path
) -> None:
    make_faces(pictures, count=2)
    clip = make_clip(tmp_path / "ride.mp4", frames=6)
    truth = tmp_path / "ride.csv"
    rows = [f"{frame},face,{0.34 * 320},{0.26 * 180},{0.09 * 320},{0.3 * 180}" for frame in range(6)]
    truth.write_text("\n".join(["frame,class,x,y,w,h", *rows]) + "\n")

    async def scenario(session) -> None:
        tab = await open_tab(session)
        await until(lambda: tab.setup.data.count() > 2)
        tab.setup.choose_models(("fast",))
        assert tab.setup.draft().data == "faces"
        tab.setup.clip.take(tmp_path / "nothing.mp4")
        assert tab.setup.truth.isVisible()
        tab.setup.run_button.click()
        assert tab.setup.cancel_button.isVisible()
        await until(lambda: "nothing.mp4" in tab.setup.problem, 400.0)
        tab.setup.clip.take(clip)
        tab.setup.truth.take(truth)
        await until(tab.setup.run_button.isVisible)
        tab.setup.run_button.click()
        await until(lambda: tab.results.result is not None, 400.0)
        result = tab.results.result
        assert result.data.pictures == 2
        assert result.data.truths["face"] == 4
        assert result.models[0].by_class[0].name == "face"
        assert result.models[0].figures.recall >= 0.5  # who looks at the camera is found, who is turned away perhaps
        assert "Of 4 labelled objects, fast leaves " in tab.results.summary.verdict.text()
        assert (result.clips[0].frames, result.clips[0].object_frames) == (6, 6)
        assert result.clip_speed[0].frames == 6
        assert "fast blurs ride.mp4 (320 x 180) at " in tab.results.speed.clips.text()
        assert "of 6 object-frames are bare after tracking" in tab.results.speed.clips.text()
        await until(tab.setup.run_button.isVisible)
        tab.setup.clip.clear.click()
        assert tab.setup.draft().truth is None

    on_screen_patiently(scenario)
