"""MLflow's own interface to the store, served on the loopback address until somebody has enough of it."""

import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from run_folders import make_run

from pyroblur_gui.core.errors import JobCancelledError, MissingExtraError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.events import Event, Started
from pyroblur_gui.runs import pages
from pyroblur_gui.runs.place import here
from pyroblur_gui.runs.spec import PagesSpec

pytestmark = pytest.mark.usefixtures("tracking_part")


class Visitor:
    """Hears the address, asks there, and has enough."""

    def __init__(self) -> None:
        self.answers: list[dict] = []
        self.addresses: set[str] = set()
        self._has_enough = threading.Event()

    def emit(self, event: Event) -> None:
        if isinstance(event, Started) and "address" in event.detail:
            threading.Thread(target=self._visit, args=(str(event.detail["address"]),)).start()

    def check_cancelled(self) -> None:
        if self._has_enough.is_set():
            raise JobCancelledError

    def _visit(self, address: str) -> None:
        try:
            wanted = urllib.request.Request(  # noqa: S310 - of this computer
                f"{address}/api/2.0/mlflow/experiments/search?max_results=10"
            )
            with urllib.request.urlopen(wanted, timeout=60) as answer:  # noqa: S310
                self.answers.append(json.load(answer))
            self.addresses = {
                each.laddr.ip for each in psutil.Process().net_connections("inet") if each.status == "LISTEN"
            }
        except urllib.error.URLError as error:
            self.answers.append({"error": str(error)})
        finally:
            self._has_enough.set()


@pytest.fixture
def _environment() -> Iterator[None]:
    """The worker that serves keeps what it set; a test must not."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's of SQLAlchemy, in this very process
@pytest.mark.usefixtures("_environment")
def test_the_store_is_served_to_this_computer_alone_until_it_is_cancelled() -> None:
    from pyroblur_gui.operations.mlflow_pages import serve

    make_run(folders().runs, "mine")
    visitor = Visitor()
    with pytest.raises(JobCancelledError):
        serve(PagesSpec(), here(), visitor)
    names = [each["name"] for each in visitor.answers[0]["experiments"]]
    assert "PyroBlur" in names, visitor.answers
    assert visitor.addresses == {"127.0.0.1"}
    assert [each.name for each in threading.enumerate() if each.name == "mlflow-pages"] == []


def test_without_the_pages_it_is_said_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pyroblur_gui.operations.mlflow_pages import run

    monkeypatch.setattr(pages, "INDEX", ("no", "such", str(tmp_path.name)))
    with pytest.raises(MissingExtraError) as refused:
        run(PagesSpec(), Visitor())
    assert refused.value.hint.startswith("Install them: pip install mlflow==")
