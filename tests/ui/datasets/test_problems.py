"""Problems as a user meets them: what was found and why it matters, fixes for some or all, and their undo."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pyroblur_gui.datasets import store
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.datasets import gallery_edits
from pyroblur_gui.ui.tabs.datasets.problems_panel import ProblemsPanel
from pyroblur_gui.ui.tabs.datasets.tab import DatasetsTab
from tests.ui.datasets.sets_on_disk import PLATE, face, make_set, truth
from tests.ui.datasets.test_gallery import opened
from tests.ui.desk import Play, until


async def problems(session: Session, kind: str) -> DatasetsTab:
    """The tab with the problems of one kind on screen."""
    tab = await opened(session, "Beach")
    tab.show_view("problems")
    panel = tab.problems
    await until(lambda: panel.kinds.count() > 0)
    row = next(
        row for row in range(panel.kinds.count()) if panel.kinds.item(row).data(Qt.ItemDataRole.UserRole) == kind
    )
    panel.kinds.setCurrentRow(row)
    await until(lambda: panel.model.rowCount() > 0 and panel.model.problems[0].kind == kind)
    await until(lambda: bool(panel.model.pictures_of(panel.model.problems[0])))
    return tab


def count_of(name: str, kind: str) -> int:
    with store.open_dataset(name) as dataset:
        return sum(problem.kind == kind for problem in dataset.problems())


def choose_rows(panel: ProblemsPanel, first: int, last: int) -> None:
    grid = panel.grid
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_rect(first).center())
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, shift, grid.cell_rect(last).center())


def test_a_kind_is_explained_and_counted_and_its_fixes_say_what_they_are_about(on_screen: Play) -> None:
    make_set("Beach", 12)

    async def play(session: Session) -> None:
        panel = (await problems(session, "tiny_box")).problems
        pictures = [panel.model.pictures_of(problem)[0] for problem in panel.model.problems]
        await until(lambda: all(panel._thumbnail(picture.sha256) is not None for picture in pictures))
        assert panel.kinds.currentItem().text() == "Tiny box  3"
        assert "under 3 pixels" in panel._explanation.text()
        (button,) = panel.fix_buttons
        assert button.text() == "Delete the boxes: all 3"
        choose_rows(panel, 0, 1)
        assert button.text() == "Delete the boxes: 2 chosen"
        assert button.accessibleName() == button.text()

    on_screen(play)


def test_chosen_problems_are_fixed_at_once_and_undo_is_offered(on_screen: Play) -> None:
    make_set("Beach", 12)

    async def play(session: Session) -> None:
        tab = await problems(session, "tiny_box")
        choose_rows(tab.problems, 0, 1)
        tab.problems.fix_buttons[0].click()
        await until(lambda: tab.problems.model.rowCount() == 1)
        assert [len(truth("Beach", number)) for number in (2, 6, 10)] == [1, 1, 2]
        assert count_of("Beach", "tiny_box") == 1
        assert tab.banner.text == "Done: “Delete the boxes”."
        tab.banner._buttons[0].click()
        await until(lambda: tab.problems.model.rowCount() == 3)
        assert [len(truth("Beach", number)) for number in (2, 6, 10)] == [2, 2, 2]

    on_screen(play)


def test_all_of_a_kind_are_fixed_by_a_job_and_undo_is_offered(on_screen: Play, monkeypatch) -> None:
    make_set("Beach", 12)
    monkeypatch.setattr(gallery_edits, "FIXED_AT_ONCE", 1)

    async def play(session: Session) -> None:
        tab = await problems(session, "tiny_box")
        tab.problems.fix_buttons[0].click()
        await until(lambda: not tab.commands.check.isEnabled())
        assert not tab.commands.undo.isEnabled()
        await until(tab.commands.check.isEnabled)
        await until(lambda: "tiny_box" not in tab.problems._counts)
        assert count_of("Beach", "tiny_box") == 0
        assert [len(truth("Beach", number)) for number in (2, 6, 10)] == [1, 1, 1]
        await until(tab.commands.undo.isEnabled)
        tab.commands.undo.trigger()
        await until(lambda: tab.problems._counts.get("tiny_box") == 3)
        assert [len(truth("Beach", number)) for number in (2, 6, 10)] == [2, 2, 2]

    on_screen(play)


def test_a_problem_opens_its_picture_with_the_box_chosen_and_leads_back(on_screen: Play) -> None:
    make_set("Beach", 12)

    async def play(session: Session) -> None:
        tab = await problems(session, "tiny_box")
        grid = tab.problems.grid
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_rect(1).center())
        QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_rect(1).center())
        await until(lambda: tab.picture.isVisible() and tab.picture.picture is not None)
        assert tab.picture.picture.id == 6
        assert tab.picture.canvas.selected == 1
        assert tab.picture.picture.boxes[1].label == PLATE
        assert tab.picture._where.text() == "2 of 3"
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Delete)
        QTest.keyClick(tab.picture.canvas, Qt.Key.Key_Escape)
        assert tab.problems.isVisible()
        await until(lambda: tab.problems.model.rowCount() == 2)

    on_screen(play)


def test_a_pair_shows_both_pictures(on_screen: Play) -> None:
    folder = make_set("Beach", 2, boxes=lambda _: (face(),))
    with store.open_dataset("Beach") as dataset:
        one, other = dataset.pictures([1, 2])
        twin = folder / other.file
        twin.write_bytes((folder / one.file).read_bytes())
        from dataclasses import replace

        from pyroblur_gui.datasets import validate

        dataset.replace([replace(other, sha256=one.sha256, likeness=one.likeness, size_bytes=one.size_bytes)])
        dataset.keep_problems(validate.problems_of(dataset))

    async def play(session: Session) -> None:
        tab = await problems(session, "duplicate")
        await until(lambda: len(tab.problems.model.pictures_of(tab.problems.model.problems[0])) == 2)
        index = tab.problems.model.index(0)
        assert "IMG_00000" in index.data()
        assert "IMG_00001" in index.data()
        tab.problems.fix_buttons[0].click()
        await until(lambda: tab.gallery.model.rowCount() == 1)

    on_screen(play)


def test_without_problems_the_next_step_is_to_check_again(on_screen: Play) -> None:
    folder = make_set("Beach", 12, boxes=lambda _: (face(),))
    with store.open_dataset("Beach") as dataset:
        dataset.keep_problems([])
        (folder / dataset.picture(3).file).unlink()

    async def play(session: Session) -> None:
        tab = await opened(session, "Beach")
        tab.show_view("problems")
        assert tab.problems.nothing.isVisible()
        assert tab.problems.nothing.heading == "No problems"
        tab.problems.nothing.findChild(type(tab.sets.get_button)).click()
        await until(lambda: not tab.commands.check.isEnabled())
        await until(lambda: tab.problems._counts.get("missing_file") == 1)
        assert tab.problems.kinds.isVisible()

    on_screen(play)
