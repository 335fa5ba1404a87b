"""Files that macOS hands over after the start, by Qt's event for them."""

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from pyroblur_gui.ui.opened_files import OpenedFiles


def test_files_come_in_order_also_those_from_before_the_window(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    taken: list[Path] = []
    opened = OpenedFiles(qapp)
    first, second = tmp_path / "first.jpg", tmp_path / "second.mp4"
    QApplication.sendEvent(qapp, QFileOpenEvent(str(first)))
    assert taken == []
    assert opened.hand_to(taken.extend)
    QApplication.sendEvent(qapp, QFileOpenEvent(str(second)))
    assert taken == [first, second]
    qapp.removeEventFilter(opened)
