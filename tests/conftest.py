"""What every test has: a home of its own, real pictures, and a check that no child process outlives it."""

import importlib.util
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import psutil
import pytest

# Tests draw to memory unless the caller chose a platform (xcb under Xvfb, say). Set before Qt is loaded.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Tests and what they start share few cores: PyTorch's threads sleep while they wait instead of keeping others off.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# A shell that starts the tests in the background makes them, and every command they start, deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).resolve().parent.parent
LAB_VARIABLE = "PYROBLUR_LAB_DATA"
LEAK_WAIT_S = 5.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test printed and logged is text in its report, also where a name in it is none: else a process of
    pytest-xdist cannot send the report and ends.
    """
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyroBlur's folders lie in a fresh folder: no test reads or writes those of whoever runs it."""
    monkeypatch.setenv("PYROBLUR_HOME", str(tmp_path_factory.mktemp("pyroblur-home")))


@pytest.fixture(autouse=True)
def _no_leaked_processes() -> Iterator[None]:
    """Fails a test that leaves a process behind; ends that process, so that the next test is not blamed."""
    before = set(_children())
    yield
    leaked = [child for child in _children() if child not in before]
    _, alive = psutil.wait_procs(leaked, timeout=LEAK_WAIT_S)
    names = [_describe(child) for child in alive]
    for child in alive:
        child.kill()
    psutil.wait_procs(alive, timeout=LEAK_WAIT_S)
    assert not names, f"processes outlived the test: {names}"


@pytest.fixture(scope="session")
def lab() -> Path:
    """The folder of labelled pictures and clips: not part of the project, so tests that need it skip without it."""
    chosen = os.environ.get(LAB_VARIABLE)
    folder = Path(chosen) if chosen else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no lab data: {folder} is no folder (set {LAB_VARIABLE} to where it lies)")
    return folder.resolve()


@pytest.fixture(scope="session")
def pictures() -> dict[str, Path]:
    """Real pictures by name: "bus" (810 x 1080: four people) and "zidane" (1280 x 720: two faces).

    They lie in Ultralytics' package, which is found without importing it.
    """
    found = importlib.util.find_spec("ultralytics")
    if found is None or not found.submodule_search_locations:
        pytest.skip("no sample pictures: ultralytics is not installed (pip install 'pyroblur[train]')")
    assets = Path(found.submodule_search_locations[0]) / "assets"
    return {name: assets / f"{name}.jpg" for name in ("bus", "zidane")}


@pytest.fixture(scope="session")
def training_part() -> None:
    """Skips where the training part is not installed. Imports nothing: Ultralytics changes the process it is in."""
    if any(importlib.util.find_spec(name) is None for name in ("torch", "ultralytics")):
        pytest.skip("the training part is not installed (pip install 'pyroblur[train]')")


@pytest.fixture
def one_core() -> Iterator[None]:
    """Confines the test and all that it starts to a core of its own.

    A small network's steps are so short that two threads mostly wait for each other, and for seconds where other tests
    have the second core.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    number = int("0" + "".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))))
    os.sched_setaffinity(0, {sorted(before)[number % len(before)]})
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture(scope="session")
def tracking_part() -> None:
    """Skips where MLflow is not installed. Imports nothing."""
    if any(importlib.util.find_spec(name) is None for name in ("mlflow", "sqlalchemy", "flask")):
        pytest.skip("the part that keeps runs is not installed (pip install 'pyroblur[train,dev]')")


@pytest.fixture(scope="session")
def ultralytics_package(training_part: None, tmp_path_factory: pytest.TempPathFactory) -> object:
    """Ultralytics, imported into this process as PyroBlur does it, with every switch set before."""
    from pyroblur_gui.models.offline import import_ultralytics

    before = os.environ.get("PYROBLUR_HOME")  # a session's fixture comes before the test's own home
    os.environ["PYROBLUR_HOME"] = str(tmp_path_factory.mktemp("ultralytics-home"))
    try:
        return import_ultralytics()
    finally:
        if before is None:
            del os.environ["PYROBLUR_HOME"]
        else:
            os.environ["PYROBLUR_HOME"] = before


def _children() -> list[psutil.Process]:
    """Living children of this process, without Python's own tracker of shared memory, which stays by design."""
    return [child for child in psutil.Process().children(recursive=True) if "resource_tracker" not in _describe(child)]


def _describe(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())}"
    except psutil.Error:
        return f"{process.pid} (ended)"
