"""The charts are there before they are needed, and no turn of the loop does two things for them."""

import itertools

import pytest

from pyroblur_gui.ui.tabs.training.figures import History


def test_the_charts_of_the_classes_are_made_before_the_first_epoch_ends_and_shown_one_by_one(
    qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyroblur_gui.ui.tabs.training.charts_board import ChartsBoard

    board = ChartsBoard()
    qtbot.addWidget(board)
    history = History()
    board.show_history(history)
    assert board.charts == [], "not all at once"
    qtbot.waitUntil(lambda: len(board._made) == 11 and not board._turn.isActive())
    monkeypatch.setattr("pyroblur_gui.ui.tabs.training.charts_board.LineChart", None)  # no other is made
    board.resize(800, 600)
    board.show()
    qtbot.waitUntil(lambda: [chart.isVisible() for chart in board.charts] == [True] * 7)
    at_once: list[int] = []

    def count() -> None:
        at_once.append(sum(chart.isVisible() for chart in board.charts))

    board._turn.timeout.connect(count)
    for label in ("face", "license_plate"):
        history.add(f"class/{label}/mAP50-95", 1, 0.5)
    board.mark()
    qtbot.waitUntil(lambda: at_once[-1:] == [11])
    assert max(after - before for before, after in itertools.pairwise(at_once)) == 1
    board.verticalScrollBar().setValue(board.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: board.charts[7].legend == "Face 0.5, Plate 0.5")
    assert board.charts[7].figure.title == "mAP50-95 by class"
    others = History()
    others.add("mAP50", 1, 0.25)
    board.show_history(others)
    qtbot.waitUntil(lambda: len(board.charts) == 7 and not board._made[7].isVisible())
    board.draw_all()
    assert board.charts[0].legend == "mAP50-95, mAP50 0.25"
