"""A long job runs: it is paused, gone on with and cancelled, and the slider acts on the picture beside it."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from PIL import Image

from pyroblur_gui.ui.session import Session
from pyroblur_gui.ui.tabs.blur.items import ItemState
from tests.ui.desk import Play, shown, until


@pytest.fixture
def long_clip(pictures: dict[str, Path], tmp_path: Path) -> Path:
    """Half a minute of two people: far more than the test has time for."""
    path = tmp_path / "long.mp4"
    picture = np.asarray(Image.open(pictures["zidane"]).convert("RGB").resize((640, 360)))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for _ in range(900):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
    return path


def test_a_running_job_is_watched_looked_into_paused_and_cancelled(on_screen: Play, long_clip: Path) -> None:
    async def play(session: Session) -> None:
        tab = shown(session).blur
        picture, act = tab.preview.picture, tab.commands

        def state() -> ItemState:
            return tab.model.items()[0].state

        tab.add([long_clip])
        await until(lambda: bool(tab.model.items()))
        act.start.trigger()
        await until(lambda: picture.is_live)
        assert state() is ItemState.RUNNING
        us = psutil.Process()
        assert max(child.nice() for child in us.children()) > us.nice(), "the job would hold the window up"
        # the slider, beside the job: the marks follow in the same moment, the covered picture as soon as it is there
        tab.wiring.inspector.seek(1.0)
        await until(lambda: picture.is_comparing and len(picture.marks) >= 2)
        covered = picture._after.toImage()
        slider = tab.options.form.control("classes").widget.rows()[0]._slider
        slider.setValue(95)
        assert [mark for mark in picture.marks if mark.is_covered] == []
        await until(lambda: picture._after.toImage() != covered)
        assert state() is ItemState.RUNNING
        tab.wiring.inspector.go_live()
        await until(lambda: picture.is_live)
        act.pause_all.trigger()
        assert state() is ItemState.PAUSED
        await until(act.resume_all.isEnabled)
        act.resume_all.trigger()
        await until(lambda: state() is ItemState.RUNNING)
        act.cancel_all.trigger()
        await until(lambda: state() is ItemState.CANCELLED)

    on_screen(play)
    assert [path.name for path in long_clip.parent.iterdir()] == ["long.mp4"]
