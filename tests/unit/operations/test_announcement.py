"""A training that ended without a window says so on the desktop, over a real bus."""

import pytest
from desktop_bus import desktop

from pyroblur_gui.jobs.events import Cancelled, EndEvent, Failed, Finished
from pyroblur_gui.operations.announcement import announce


@pytest.mark.parametrize(
    ("kind", "end", "said"),
    [
        ("train", Finished(), ["The training first is done."]),
        ("train", Failed(code="run", message="No."), ["The training first failed. Open PyroBlur to see why."]),
        ("train", Cancelled(), []),
        ("blur", Finished(), []),
    ],
)
def test_how_a_training_ended_is_told_unless_somebody_stopped_it(
    monkeypatch: pytest.MonkeyPatch, kind: str, end: EndEvent, said: list[str]
) -> None:
    with desktop(monkeypatch) as there:
        announce(kind, {"run": "first"}, end)
    assert [arguments[4] for _, arguments in there.asked] == said
