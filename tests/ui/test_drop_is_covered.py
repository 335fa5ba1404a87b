"""The main job through the window: real files are dropped on it, and what it wrote is decoded and looked at."""

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pyroblur_gui.jobs.events import Box
from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.blur.items import ItemState
from tests.ui.desk import Drag, Play, local_urls, shown, until

FRAMES, SIZE = 20, (640, 360)


@pytest.fixture
def clip(pictures: dict[str, Path], tmp_path: Path) -> Path:
    """Two people, standing still."""
    path = tmp_path / "in" / "still.mp4"
    path.parent.mkdir(exist_ok=True)
    picture = np.asarray(Image.open(pictures["zidane"]).convert("RGB").resize(SIZE))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(25), options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for _ in range(FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
    return path


def frames(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def photo(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))


def change_in(before: NDArray[np.uint8], after: NDArray[np.uint8], box: Box) -> float:
    """Mean difference of the grey values inside of a box."""
    height, width = before.shape[:2]
    rows = slice(round(box.top * height), round(box.bottom * height))
    area = rows, slice(round(box.left * width), round(box.right * width))
    return float(np.abs(before[area].mean(2) - after[area].mean(2)).mean())


def test_dropped_files_come_back_with_every_face_covered(on_screen: Play, photos: list[Path], clip: Path) -> None:
    sources = [photos[1], clip]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]
    faces: dict[str, list[Box]] = {}
    live: list[bool] = []

    async def play(session: Session) -> None:
        window = shown(session)
        tab = window.blur
        drag = Drag(window, local_urls(sources))
        assert drag.enter()
        assert drag.drop()
        await until(lambda: len(tab.model.items()) == 2)
        for item in list(tab.model.items()):
            tab.queue.choose(item.id)
            await until(lambda: tab.preview.picture.is_comparing and bool(tab.preview.picture.marks))
            faces[item.source.name] = [mark.box for mark in tab.preview.picture.marks if mark.is_covered]
            tab.preview.show_nothing()
            tab.preview.picture.set_marks(())
        await until(lambda: all(item.facts is not None for item in tab.model.items()))
        tab.options.start_button.click()
        summary = tab.wiring.presenter.summary
        await until(lambda: live.append(tab.preview.picture.is_live) or summary().finished == 2, 110)
        for item in tab.model.items():
            assert item.state in {ItemState.DONE, ItemState.LOOK}
            assert item.counts.get("face", 0) >= 2
        await until(lambda: tab.options.start_button.text() == "Show results in folder")

    on_screen(play)

    assert any(live)
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources] == hashes
    assert sorted(path.name for path in clip.parent.iterdir()) == [
        "bus.jpg", "still.mp4", "still_blurred.mp4", "zidane.jpg", "zidane_blurred.jpg",
    ]  # fmt: skip
    sky = Box(label="none", score=1, left=0.0, top=0.0, right=0.2, bottom=0.15)
    before, after = photo(photos[1]), photo(photos[1].with_name("zidane_blurred.jpg"))
    assert before.shape == after.shape
    assert len(faces["zidane.jpg"]) >= 2
    assert min(change_in(before, after, face) for face in faces["zidane.jpg"]) > 10
    assert change_in(before, after, sky) < 3
    old, new = frames(clip), frames(clip.with_name("still_blurred.mp4"))
    assert len(old) == len(new) == FRAMES
    for one, other in zip(old, new, strict=True):
        assert min(change_in(one, other, face) for face in faces["still.mp4"]) > 10
        assert change_in(one, other, sky) < 3
