"""What is asked when the window is closed while something runs in it."""

from enum import StrEnum

from PySide6.QtWidgets import QWidget

from pyroblur_gui.ui.dialogs.question import Question
from pyroblur_gui.ui.i18n import tr, trn
from pyroblur_gui.ui.tabs.blur.items import Summary


class Answer(StrEnum):
    FINISH = "finish"  # close when all is done
    STOP = "stop"  # close now; the next start offers to go on
    STAY = "stay"
    KEEP = "keep"  # close now; the training goes on without the window


class ClosingDialog(Question):
    def __init__(self, summary: Summary, parent: QWidget | None = None) -> None:
        super().__init__(
            trn("{count} file is not done yet", "{count} files are not done yet", summary.under_way),
            tr("Stopped files are not lost: PyroBlur offers to go on with them when it is started again."),
            (
                (Answer.FINISH, tr("&Finish, then close")),
                (Answer.STOP, tr("&Stop and close")),
                (Answer.STAY, tr("&Keep open")),
            ),
            parent=parent,
        )


class StoppingQuestion(Question):
    """Whether work that ends with the window may be stopped."""

    def __init__(self, heading: str, text: str, parent: QWidget | None = None) -> None:
        answers = ((Answer.STAY, tr("&Keep open")), (Answer.STOP, tr("&Stop and close")))
        super().__init__(heading, text, answers, parent=parent)


def pack_question(parent: QWidget | None = None) -> Question:
    """Asked while the training pack is being made."""
    return StoppingQuestion(
        tr("The training pack is being made"),
        tr("It stops with the window. What was fetched is kept: the next time, only the rest is."),
        parent,
    )


def work_question(parent: QWidget | None = None) -> Question:
    """Asked while only data sets are being made or changed."""
    return StoppingQuestion(
        tr("A data set is being worked on"),
        tr("What was stopped is not lost: PyroBlur offers to go on with it when it is started again."),
        parent,
    )


def training_question(parent: QWidget | None = None, *, has_waiting: bool = False) -> Question:
    """Asked while a training runs."""
    text = tr("It can go on without the window, and is found again when PyroBlur is opened. Stopped, it keeps what it "
              "learnt until its last whole epoch, and can be resumed.")  # fmt: skip
    if has_waiting:
        text = f"{text} {tr('Runs that wait begin when PyroBlur is opened again and you resume them.')}"
    return Question(
        tr("A training is running"),
        text,
        (
            (Answer.KEEP, tr("Close, keep &training")),
            (Answer.STOP, tr("&Stop and close")),
            (Answer.STAY, tr("Keep &open")),
        ),
        parent=parent,
    )


def benchmark_question(parent: QWidget | None = None) -> Question:
    """Asked while a benchmark runs."""
    return StoppingQuestion(
        tr("A benchmark is running"),
        tr("It stops with the window, and nothing of it is kept. It can be run again."),
        parent,
    )
