"""Charts: what a data set holds is counted, drawn, told in words, and saved; nothing of it loads before it is shown."""

import asyncio
import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from pyroblur_gui.core.settings import ColorScheme
from pyroblur_gui.datasets.dataset import Dataset
from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.stats import count
from pyroblur_gui.ui.look import DARK, LIGHT, series_shades
from pyroblur_gui.ui.tabs.datasets.charts_figures import Bars, HeatMap, as_csv, choices, described, figures
from pyroblur_gui.ui.tabs.datasets.charts_panel import ChartsPanel
from pyroblur_gui.ui.theme import Theme
from tests.rows import box, make_dataset, row
from tests.ui.datasets.work_desk import Desk, perform
from tests.ui.desk import until


@pytest.fixture
def dataset() -> Iterator[Dataset]:
    """Two faces and a plate in the top left of the first picture, a face in the second, nothing in the third."""
    with make_dataset() as made:
        made.add(
            [
                row(
                    1,
                    box(0, 0.0, 0.0, 0.2, 0.2),
                    box(0, 0.1, 0.0, 0.2, 0.2),
                    box(1, 0.0, 0.1, 0.3, 0.2),
                    split=Split.TRAIN,
                ),
                row(2, box(0, 0.4, 0.4, 0.6, 0.6), split=Split.VAL),
                row(3, split=Split.TRAIN),
            ]
        )
        yield made


async def shown(desk: Desk, dataset: Dataset) -> ChartsPanel:
    panel = ChartsPanel(dataset, desk.window)
    desk.window.layout().addWidget(panel)
    panel.show()
    assert panel.message == "Counting…"
    await until(lambda: panel.message != "Counting…")
    return panel


def test_figures_count_pictures_and_boxes_by_class_and_split(dataset: Dataset) -> None:
    found = {figure.title: figure for figure in figures(count(dataset))}
    pictures, boxes = found["Pictures by class"], found["Boxes by class"]
    assert isinstance(pictures, Bars)
    assert isinstance(boxes, Bars)
    assert pictures.groups == ("Faces", "Licence plates", "All")
    assert [(each.name, each.values) for each in pictures.series] == [
        ("Training", (1, 1, 2)), ("Validation", (1, 0, 1)), ("Test", (0, 0, 0)),
    ]  # fmt: skip
    assert [each.values for each in boxes.series] == [(2, 1), (1, 0), (0, 0)]
    many = found["Boxes in a picture"]
    assert isinstance(many, Bars)
    told = dict(zip(many.groups, many.series[0].values, strict=True))
    assert {group: pictures for group, pictures in told.items() if pictures} == {"0": 1, "1": 1, "3": 1}
    heat = found["Where boxes are"]
    assert isinstance(heat, HeatMap)
    assert heat.total == 4
    assert "Upper third 75 %, middle 25 %, lower third 0 %." in described(heat)


def test_shapes_can_be_limited_to_a_class(dataset: Dataset) -> None:
    stats = count(dataset)
    assert choices(stats) == [(-1, "All classes"), (0, "Faces"), (1, "Licence plates")]
    by_class = {name: figures(stats, label)[2] for label, name in choices(stats)}
    assert {name: figure.total for name, figure in by_class.items()} == {
        "All classes": 4, "Faces": 3, "Licence plates": 1,
    }  # fmt: skip


def test_the_charts_are_counted_drawn_and_told_in_words(qapp: QApplication, dataset: Dataset) -> None:
    async def scenario(desk: Desk) -> None:
        panel = await shown(desk, dataset)
        assert len(panel.charts) == 6
        words = [chart.accessibleDescription() for chart in panel.charts]
        assert "Faces: Training 2, Validation 1" in words[1]
        panel.class_box.setCurrentIndex(2)
        panel.class_box.activated.emit(2)
        await until(lambda: panel.charts[5].accessibleDescription().startswith("Where boxes are. 1 box."))
        panel.cancel()

    perform(qapp, scenario)


def test_an_edit_is_counted_when_it_is_looked_at_again(qapp: QApplication, dataset: Dataset) -> None:
    async def scenario(desk: Desk) -> None:
        panel = await shown(desk, dataset)
        dataset.add([row(4, box(0), box(0), split=Split.TEST)])
        panel.refresh()
        await until(lambda: "Test 2" in panel.charts[1].accessibleDescription())
        panel.cancel()

    perform(qapp, scenario)


def test_charts_and_figures_are_saved(qapp: QApplication, dataset: Dataset, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        said: list[str] = []
        panel = await shown(desk, dataset)
        panel.said.connect(said.append)
        await asyncio.sleep(0.1)
        panel.save_png(tmp_path / "c.png")
        panel.save_csv(tmp_path / "c.csv")
        panel.save_png(tmp_path / "gone" / "c.png")
        panel.save_csv(tmp_path / "gone" / "c.csv")
        assert [str(tmp_path / "gone") in text for text in said] == [False, False, True, True]
        panel.cancel()

    perform(qapp, scenario)
    with Image.open(tmp_path / "c.png") as picture:
        assert min(picture.size) > 600
        shade = tuple(bytes.fromhex(LIGHT.accent[1:]))
        assert sum(pixels for pixels, color in picture.convert("RGB").getcolors(1 << 20) if color == shade) > 500
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    start = rows.index(["Boxes by class"])
    assert rows[start + 1 : start + 4] == [
        ["", "Training", "Validation", "Test"], ["Faces", "2", "1", "0"], ["Licence plates", "1", "0", "0"],
    ]  # fmt: skip


def test_charts_follow_light_and_dark(qapp: QApplication, dataset: Dataset) -> None:
    async def scenario(desk: Desk) -> None:
        theme = Theme(qapp)
        theme.use(ColorScheme.LIGHT)
        panel = await shown(desk, dataset)
        await asyncio.sleep(0.1)
        assert _has(panel, LIGHT.surface)
        theme.use(ColorScheme.DARK)
        await asyncio.sleep(0.1)
        assert _has(panel, series_shades(DARK)[0])
        assert not _has(panel, LIGHT.surface)
        theme.use(ColorScheme.LIGHT)
        panel.cancel()

    perform(qapp, scenario)


def test_a_data_set_without_pictures_and_one_that_is_gone_say_so(qapp: QApplication) -> None:
    async def scenario(desk: Desk) -> None:
        with make_dataset("empty") as empty:
            panel = await shown(desk, empty)
            assert "no pictures" in panel.message
            assert not panel.png_button.isEnabled()
        (empty.folder / "dataset.sqlite").unlink()
        panel.refresh()
        await until(lambda: "no data set" in panel.message)
        panel.cancel()

    perform(qapp, scenario)


def test_a_csv_of_a_data_set_with_commas_in_its_class_names_stays_a_table() -> None:
    with make_dataset("odd", classes=("face", "license_plate", "a, b")) as odd:
        odd.add([row(1, box(2), split=Split.TRAIN)])
        rows = list(csv.reader(as_csv(count(odd)).splitlines()))
    assert ["A, b", "1", "0", "0"] in rows


def _has(panel: ChartsPanel, shade: str) -> bool:
    """Whether the colour is seen in the second chart's lower half."""
    image = panel.charts[1].grab().toImage()
    places = ((x, y) for x in range(0, image.width(), 3) for y in range(image.height() // 3, image.height() - 30, 3))
    return any(image.pixelColor(x, y).name().lower() == shade.lower() for x, y in places)


def test_the_window_loads_nothing_of_the_charts_before_one_is_shown() -> None:
    program = (
        "import sys, pyroblur_gui.ui.main_window, pyroblur_gui.ui.tabs.datasets.charts_panel\n"
        "print(sorted({'numpy', 'pyqtgraph'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
