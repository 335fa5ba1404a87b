"""What a job tells, written by one process and read by others: in order, whole, and quickly."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyroblur_gui.jobs.diary import LASTING_FILE, DiaryReader, DiaryWriter
from pyroblur_gui.jobs.events import Artifact, Event, Finished, Log, Metric, Progress


def batch(step: int) -> Metric:
    return Metric(step=step, name="batch/box_loss", value=1.5)


def epoch(number: int) -> Metric:
    return Metric(step=number, name="mAP50-95", value=0.25)


def test_what_was_told_is_read_in_its_order_by_who_comes_later(tmp_path: Path) -> None:
    told: list[Event] = [Log(level="info", text="begins"), batch(1), batch(2), epoch(1), Finished(result={"run": "a"})]
    with DiaryWriter(tmp_path) as diary:
        for event in told:
            diary.write(event)
    entries = DiaryReader(tmp_path).read()
    assert [entry.event for entry in entries] == told
    assert [entry.n for entry in entries] == [1, 2, 3, 4, 5]


def test_the_steps_of_past_epochs_take_no_room(tmp_path: Path) -> None:
    with DiaryWriter(tmp_path) as diary:
        for number in range(1, 31):
            for step in range(100):
                diary.write(batch(100 * number + step))
            diary.write(epoch(number))
    entries = DiaryReader(tmp_path).read()
    assert [entry.event.step for entry in entries if entry.event.name == "mAP50-95"] == list(range(1, 31))
    steps = [entry.event.step for entry in entries if entry.event.name == "batch/box_loss"]
    assert steps == list(range(3000, 3100)), "those of the present epoch, all of them"
    assert (tmp_path / LASTING_FILE).stat().st_size < 5_000


def test_a_run_of_300_epochs_and_1000_batches_is_read_within_a_second(tmp_path: Path) -> None:
    names = [f"figure {number}" for number in range(20)]
    with DiaryWriter(tmp_path) as diary:
        for number in range(1, 301):
            diary.write(batch(1000 * number))
            for name in names:
                diary.write(Metric(step=number, name=name, value=0.1))
        for step in range(1000):
            for name in ("box", "cls", "dfl"):
                diary.write(Metric(step=301_000 + step, name=f"batch/{name}_loss", value=0.1))
    began = time.process_time()  # the machine may be busy with something else
    entries = DiaryReader(tmp_path).read()
    assert len(entries) == 300 * 20 + 3000
    assert time.process_time() - began < 1.0


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Threads take turns so often that one comes between any two steps of another."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless_threads")
@pytest.mark.parametrize("attempt", range(20))
def test_who_reads_while_it_is_written_misses_nothing_and_gets_it_in_order(tmp_path: Path, attempt: int) -> None:
    reader, entries, is_over = DiaryReader(tmp_path), [], threading.Event()

    def write() -> None:
        with DiaryWriter(tmp_path) as diary:
            for number in range(1, 201):
                for step in range(5):
                    diary.write(batch(5 * number + step))
                diary.write(epoch(number))
        is_over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not is_over.is_set():
        entries += reader.read()
    writer.join()
    entries += reader.read()
    assert [entry.event.step for entry in entries if entry.event.name == "mAP50-95"] == list(range(1, 201))
    numbers = [entry.n for entry in entries]
    assert numbers == sorted(set(numbers))
    last = [entry.event.step for entry in entries if entry.event.name == "batch/box_loss"][-5:]
    assert last == [1000, 1001, 1002, 1003, 1004]


def test_a_line_that_was_cut_short_costs_only_itself(tmp_path: Path) -> None:
    with DiaryWriter(tmp_path) as diary:
        diary.write(Log(level="info", text="one"))
        diary.write(Log(level="info", text="two"))
    whole = (tmp_path / LASTING_FILE).read_bytes()
    (tmp_path / LASTING_FILE).write_bytes(whole[:-10])
    with DiaryWriter(tmp_path) as diary:
        diary.write(Log(level="info", text="three"))
    assert [entry.event.text for entry in DiaryReader(tmp_path).read()] == ["one", "three"]
    (tmp_path / LASTING_FILE).write_bytes(b"\x00\xff{]\n" + (tmp_path / LASTING_FILE).read_bytes())
    assert len(DiaryReader(tmp_path).read()) == 2


def test_numbers_go_on_in_the_next_sitting_and_older_ones_can_be_passed_over(tmp_path: Path) -> None:
    with DiaryWriter(tmp_path) as diary:
        diary.write(batch(1))
        diary.write(epoch(1))
    with DiaryWriter(tmp_path) as diary:
        start = diary.size
        diary.write(batch(2))
        diary.write(epoch(2))
    assert [entry.n for entry in DiaryReader(tmp_path).read()] == [2, 3, 4]
    assert [entry.n for entry in DiaryReader(tmp_path, lasting_from=start).read()] == [3, 4]


def test_progress_is_told_twice_a_second_at_most_and_at_its_end(tmp_path: Path) -> None:
    with DiaryWriter(tmp_path) as diary:
        for done in range(1000):
            diary.write(Progress(stage="train", done=done + 1, total=1000))
    kept = [entry.event.done for entry in DiaryReader(tmp_path).read()]
    assert kept[0] == 1
    assert kept[-1] == 1000
    assert len(kept) < 20


def test_a_name_that_is_no_text_is_carried(tmp_path: Path) -> None:
    path = Path("caf\udce9.pt")
    with DiaryWriter(tmp_path) as diary:
        diary.write(Artifact(path=path, kind="model"))
    (entry,) = DiaryReader(tmp_path).read()
    assert entry.event == Artifact(path=path, kind="model")


def test_a_disk_that_is_full_costs_lines_and_no_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with DiaryWriter(tmp_path) as diary:
        diary.write(epoch(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (diary.size + 20, before[1]))
        try:
            diary.write(epoch(2))  # 20 bytes of it
            diary.write(epoch(3))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        diary.write(epoch(4))
    assert "cannot be written down" in caplog.text
    assert [entry.event.step for entry in DiaryReader(tmp_path).read()] == [1, 4]
