"""Connects what can be done in the Blur tab with the presenter that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from pyroblur_gui.ui.tabs.blur.presenter import BlurPresenter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyroblur_gui.ui.tabs.blur.tab import BlurTab


def connect_actions(tab: BlurTab, presenter: BlurPresenter) -> None:
    """Once a tab, when it has its presenter."""
    act, door, queue = tab.commands, tab.door, tab.queue

    def chosen() -> list[int]:
        return [item.id for item in queue.chosen()]

    def on_chosen(action: QAction, do: Callable[[Iterable[int]], None]) -> None:
        action.triggered.connect(lambda: do(chosen()))

    act.start.triggered.connect(lambda: tab.tasks.run(presenter.start()))
    act.pause_all.triggered.connect(presenter.pause_all)
    act.resume_all.triggered.connect(presenter.resume_all)
    act.cancel_all.triggered.connect(presenter.cancel_all)
    on_chosen(act.pause, presenter.pause)
    on_chosen(act.resume, presenter.resume)
    on_chosen(act.cancel, presenter.cancel)
    on_chosen(act.remove, presenter.remove)
    act.retry.triggered.connect(lambda: tab.tasks.run(presenter.retry(chosen())))
    act.clear_finished.triggered.connect(presenter.clear_finished)
    act.select_all.triggered.connect(queue.list.selectAll)
    act.open_output.triggered.connect(lambda: door.open_results(queue.chosen()))
    act.open_report.triggered.connect(lambda: door.open_reports(queue.chosen()))
    act.copy_details.triggered.connect(lambda: door.copy_details(queue.chosen()))
    act.show_results.triggered.connect(
        lambda: door.show_in_folder(item for item in presenter.items() if item.state.is_finished)
    )
    act.show_in_folder.triggered.connect(lambda: door.show_in_folder(queue.chosen()))
