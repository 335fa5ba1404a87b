"""What the Training tab says of the training pack in each state, and what its controls do."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.pack.place import Manifest, State, Status
from pyroblur_gui.pack.spec import Sources
from pyroblur_gui.ui.tabs.training.pack_dialog import PackDialog
from pyroblur_gui.ui.tabs.training.pack_page import PackPage
from pyroblur_gui.ui.tabs.training.pack_wording import offer, progress_text, question, state_text

MANIFEST = Manifest(
    environment="environment-0a1b",
    python="bin/python",
    packages="lib/python3.12/site-packages",
    python_version="3.12.3",
    wheel_sha256="",
    constraints_sha256="",
    version="0.1.0",
    torch="2.14.1+cpu",
    devices="CPU",
    size_bytes=2_100_000_000,
    source="pypi.org",
    made=datetime(2026, 11, 30, tzinfo=UTC),
    installed=(),
)
PLAN = {
    "fetch_bytes": 671_000_000, "disk_bytes": 1_980_000_000, "packages": 120, "torch": "2.14.1+cpu",
    "hosts": ["download.pytorch.org", "files.pythonhosted.org"], "accelerator": "CPU", "python": "3.12.3",
    "fetches_python": False, "is_estimate": False,
}  # fmt: skip


@pytest.fixture
def page(qtbot) -> PackPage:
    page = PackPage()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    return page


def shown(page: PackPage) -> set[str]:
    """The buttons that can be seen, by what a screen reader says."""
    return {button.accessibleName() for button in page.findChildren(QPushButton) if button.isVisible()}


def test_the_offer_names_size_and_hosts_before_anything_is_asked(page: PackPage) -> None:
    page.show_offer(offer(Status(State.ABSENT), Sources()), has_runs=False)
    for part in ("MB" if "MB" in page.blank.text else "GB", "pypi.org", "download.pytorch.org"):
        assert part in page.blank.text
    assert shown(page) == {"Get the training pack…", "Where from…"}
    page.show_offer(offer(Status(State.ABSENT), Sources(wheels=Path("/media/wheels"))), has_runs=True)
    assert "/media/wheels" in page.blank.text
    assert "nothing is fetched" in page.blank.text
    assert "Show earlier runs" in shown(page)


@pytest.mark.parametrize(
    ("status", "said", "button"),
    [
        (Status(State.UNFINISHED, left_bytes=412_000_000), "412 MB", "Go on…"),
        (Status(State.OUTDATED, MANIFEST), "another version", "Update the training pack…"),
        (Status(State.BROKEN, MANIFEST, "torch is missing."), "torch is missing.", "Mend the training pack…"),
    ],
)
def test_each_state_says_what_helps(page: PackPage, status: Status, said: str, button: str) -> None:
    page.show_offer(offer(status, Sources()), has_runs=False)
    assert said in f"{page.blank.heading} {page.blank.text}"
    assert button in shown(page)


def test_while_it_is_made_it_can_be_cancelled_and_tells_how_far_it_is(page: PackPage, qtbot) -> None:
    page.show_offer(offer(Status(State.ABSENT), Sources()), has_runs=True)
    page.begin("The training pack is being made")
    assert shown(page) == {"Cancel"}
    page.progress(Progress(stage="download", done=1.2e9, total=3.48e9, unit="bytes", rate=9.5e6, eta_s=240))
    assert page.line == "Fetching: 1.2 GB of 3.5 GB · 9.5 MB a second · 4 min left"
    with qtbot.waitSignal(page.cancelled):
        page.cancel_button.click()
    page.end()
    page.say_problem("pypi.org could not be reached.")
    assert "Get the training pack…" in shown(page)
    assert page.problem
    page.begin("The training pack is being made")
    assert page.problem == ""


def test_the_question_tells_exactly_what_is_fetched() -> None:
    text = question(PLAN, "/home/a/data/pack")
    for part in ("671 MB", "120 packages", "files.pythonhosted.org", "2.0 GB", "/home/a/data/pack", "2.14.1+cpu"):
        assert part in text
    rough = question({**PLAN, "is_estimate": True, "fetches_python": True}, "/data")
    assert "A Python comes first" in rough
    assert "nothing" in question({**PLAN, "hosts": []}, "/data").lower()
    assert progress_text(Progress(stage="trial", done=0, unit="")).endswith("…")


def test_the_dialog_tells_the_state_and_keeps_no_address_that_is_not_secure(qtbot) -> None:
    dialog = PackDialog(Status(State.READY, MANIFEST), Sources())
    dialog.show()
    for part in ("2.14.1+cpu", "3.12.3", "2.1 GB"):
        assert part in dialog.state
    assert dialog.remove_button.isVisible()
    dialog.form.set_value({"index": "http://mirror.example/simple"})
    dialog.save_button.click()
    assert dialog.isVisible()
    assert "https://" in dialog.problem
    dialog.form.set_value({"index": "https://mirror.example/simple"})
    with qtbot.waitSignal(dialog.saved) as told:
        dialog.save_button.click()
    assert told.args == [Sources(index="https://mirror.example/simple")]


@pytest.mark.usefixtures("qtbot")
def test_where_training_is_installed_the_dialog_says_that_nothing_is_needed() -> None:
    dialog = PackDialog(Status(State.NOT_NEEDED), Sources())
    dialog.show()
    assert dialog.state.startswith("Not needed")
    assert not dialog.remove_button.isVisible()
    assert "Ready" in state_text(Status(State.READY, MANIFEST))
    dialog.close()
