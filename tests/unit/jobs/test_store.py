"""The queue's file: it survives restarts and crashes, is shared fairly, and is never destroyed."""

import logging
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from pyroblur_gui.core.errors import OutputError
from pyroblur_gui.jobs import store as store_module
from pyroblur_gui.jobs.events import Failed, Finished, Progress
from pyroblur_gui.jobs.job import Job, JobState
from pyroblur_gui.jobs.owner import Owner
from pyroblur_gui.jobs.store import JobStore

GONE = Owner(pid=2**22 + 1, started=1.0)  # above Linux's highest process number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "queue.sqlite"


def add(store: JobStore, *names: str) -> list[Job]:
    return store.add([("play", {"text": name}, "cpu") for name in names])


def test_jobs_are_kept_as_they_were(path: Path) -> None:
    with JobStore.open(path) as store:
        first, second = add(store, "a", "b")
        done = replace(
            first,
            state=JobState.DONE,
            updated=datetime.now(UTC),
            progress=Progress(stage="count", done=1, total=2),
            result=Finished(result={"frames": 3}),
        )
        failed = replace(second, state=JobState.FAILED, failure=Failed(code="x", message="y", hint="z"))
        store.save(done)
        store.save(failed)
    with JobStore.open(path) as store:
        assert store.jobs() == [done, failed]


def test_names_that_are_no_text_are_kept(path: Path) -> None:
    name = os.fsdecode(b"\xff\n\xf0\x9f\x98\x80")
    with JobStore.open(path) as store:
        (job,) = add(store, name)
        store.save(replace(job, state=JobState.DONE, result=Finished(result={"output": name})))
    with JobStore.open(path) as store:
        (job,) = store.jobs()
    assert job.spec == {"text": name}
    assert job.result == Finished(result={"output": name})


def test_numbers_are_never_given_twice(path: Path) -> None:
    with JobStore.open(path) as store:
        (first,) = add(store, "a")
        store.remove([first.id])
        (second,) = add(store, "b")
    assert second.id > first.id


def test_order_is_kept(path: Path) -> None:
    with JobStore.open(path) as store:
        a, b, c = add(store, "a", "b", "c")
        store.reorder({c.id: 0, a.id: 1, b.id: 2})
    with JobStore.open(path) as store:
        assert [job.id for job in store.jobs()] == [c.id, a.id, b.id]


def test_all_or_none_are_added(path: Path) -> None:
    with JobStore.open(path) as store:
        with pytest.raises(TypeError):
            store.add([("play", {"text": "a"}, "cpu"), ("play", {"text": object()}, "cpu")])  # type: ignore[dict-item]
        assert store.jobs() == []
        add(store, "b")


def test_a_disk_that_is_full_refuses_jobs_with_a_reason(path: Path) -> None:
    with JobStore.open(path) as store:
        add(store, "a")
        pages = store._database.execute("PRAGMA page_count").fetchone()[0]
        store._database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OutputError, match="full"):
            add(store, "b" * 100_000)
        assert [job.spec["text"] for job in store.jobs()] == ["a"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (JobState.RUNNING, JobState.INTERRUPTED),
        (JobState.PAUSED, JobState.INTERRUPTED),
        (JobState.QUEUED, JobState.QUEUED),
        (JobState.DONE, JobState.DONE),
        (JobState.FAILED, JobState.FAILED),
    ],
)
def test_jobs_of_a_process_that_is_gone_are_taken_over(path: Path, before: JobState, after: JobState) -> None:
    crashed = JobStore.open(path, owner=GONE)
    (job,) = add(crashed, "a")
    crashed.save(replace(job, state=before))
    with JobStore.open(path) as store:
        assert [job.state for job in store.jobs()] == [after]
    crashed._database.close()


def test_a_killed_process_leaves_interrupted_jobs(path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from pyroblur_gui.jobs.job import JobState\n"
        "from pyroblur_gui.jobs.store import JobStore\n"
        "store = JobStore.open(Path(sys.argv[1]))\n"
        "job, other = store.add([('play', {}, 'cpu')] * 2)\n"
        "store.save(replace(job, state=JobState.RUNNING))\n"
        "os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
    )
    root = Path(store_module.__file__).parents[2]
    subprocess.run([sys.executable, "-c", program, str(path)], cwd=root, check=False)
    with JobStore.open(path) as store:
        assert [job.state for job in store.jobs()] == [JobState.INTERRUPTED, JobState.QUEUED]


def test_two_windows_do_not_take_each_others_jobs(path: Path) -> None:
    parent = Owner(os.getppid(), psutil.Process(os.getppid()).create_time())
    with JobStore.open(path) as mine, JobStore.open(path, owner=parent) as theirs:
        (job,) = add(mine, "mine")
        mine.save(replace(job, state=JobState.RUNNING))
        add(theirs, "theirs")
        with JobStore.open(path, owner=GONE) as third:
            assert third.jobs() == []
        assert [job.spec["text"] for job in mine.jobs()] == ["mine"]
        assert [job.spec["text"] for job in theirs.jobs()] == ["theirs"]
        assert [job.state for job in mine.jobs()] == [JobState.RUNNING]


def test_a_window_that_was_closed_leaves_its_jobs_to_the_next(path: Path) -> None:
    parent = Owner(os.getppid(), psutil.Process(os.getppid()).create_time())
    with JobStore.open(path, owner=parent) as closed:
        add(closed, "a")
    with JobStore.open(path) as store:
        assert len(store.jobs()) == 1


def test_an_owner_is_told_apart_from_a_later_process_of_its_number() -> None:
    me = Owner.this_process()
    assert me.is_alive()
    assert not replace(me, started=me.started - 100).is_alive()


def test_a_file_of_an_earlier_version_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with JobStore.open(path) as store:
        add(store, "a")
    later = (*store_module.MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN note TEXT", "UPDATE jobs SET note = 'new'"))
    monkeypatch.setattr(store_module, "MIGRATIONS", later)
    with JobStore.open(path) as store:
        assert [job.spec["text"] for job in store.jobs()] == ["a"]
        assert store._database.execute("SELECT note FROM jobs").fetchone()["note"] == "new"
        assert store._database.execute("PRAGMA user_version").fetchone()[0] == len(later)


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with JobStore.open(path) as store:
        add(store, "a")
    with monkeypatch.context() as broken:
        later = (*store_module.MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN note TEXT", "NONSENSE"))
        broken.setattr(store_module, "MIGRATIONS", later)
        with pytest.raises(OutputError):
            JobStore.open(path)
    with JobStore.open(path) as store:
        assert len(store.jobs()) == 1
        assert "note" not in store._database.execute("SELECT * FROM jobs").fetchone().keys()  # noqa: SIM118 - a Row


def test_a_file_of_a_newer_version_is_moved_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with JobStore.open(path) as store:
        add(store, "precious")
        store._database.execute("PRAGMA user_version = 99")
    with caplog.at_level(logging.ERROR), JobStore.open(path) as store:
        assert store.jobs() == []
    assert "newer version of PyroBlur" in caplog.text
    database = sqlite3.connect(path.with_name("queue.newer.sqlite"))
    assert "precious" in database.execute("SELECT spec FROM jobs").fetchone()[0]
    database.close()


def test_after_a_downgrade_and_an_upgrade_all_jobs_are_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer PyroBlur's queue is set aside by an older one, and taken back by the newer one with what came since."""
    newer = (*store_module.MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN note TEXT",))
    with monkeypatch.context() as later:
        later.setattr(store_module, "MIGRATIONS", newer)
        with JobStore.open(path) as store:
            _, second = add(store, "of the newer", "and done")
            store.save(replace(second, state=JobState.DONE, result=Finished(result={"frames": 3})))
    with JobStore.open(path) as store:  # the older one
        assert store.jobs() == []
        add(store, "of the older")
    assert (path.parent / "queue.newer.sqlite").exists()
    with monkeypatch.context() as later:
        later.setattr(store_module, "MIGRATIONS", newer)
        with JobStore.open(path) as store:
            jobs = store.jobs()
        with JobStore.open(path) as store:
            assert [job.spec for job in store.jobs()] == [job.spec for job in jobs], "taken back once"
    assert [job.spec["text"] for job in jobs] == ["of the older", "of the newer", "and done"]
    assert [job.state for job in jobs] == [JobState.QUEUED, JobState.QUEUED, JobState.DONE]
    assert jobs[2].result == Finished(result={"frames": 3})
    assert not (path.parent / "queue.newer.sqlite").exists()


def test_damaged_files_are_moved_aside_and_none_overwrites_another(path: Path) -> None:
    path.parent.mkdir()
    for content in (b"first damage" * 100, b"second damage" * 100):
        path.write_bytes(content)
        JobStore.open(path).close()
    assert path.with_name("queue.damaged.sqlite").read_bytes().startswith(b"first")
    assert path.with_name("queue.damaged (2).sqlite").read_bytes().startswith(b"second")


def test_details_that_cannot_be_read_do_not_hide_the_job(path: Path) -> None:
    with JobStore.open(path) as store:
        add(store, "a")
        store._database.execute("UPDATE jobs SET progress = '{\"stage\": 7}', failure = 'no JSON'")
        (job,) = store.jobs()
    assert (job.progress, job.failure) == (None, None)


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="queue") as caught:
        JobStore.open(tmp_path / "file" / "queue.sqlite")
    assert caught.value.hint


def test_a_queue_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with JobStore.in_memory() as store:
        assert len(add(store, "a")) == 1
    store.close()
    assert not list(tmp_path.iterdir())
