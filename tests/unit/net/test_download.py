"""Downloads against a real local server that does everything wrong: what comes, what is said, what is left behind."""

import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import listening
import pytest
import trustme
from disks import small
from listening import Listener
from pydantic import SecretStr
from server import (
    Always,
    Cut,
    Reset,
    Server,
    Silent,
    Slow,
    Status,
    WrongBytes,
    closed_port,
    redirect,
    serving,
)

from pyroblur_gui.core.errors import (
    AccessError,
    DiskFullError,
    JobCancelledError,
    NetworkError,
    OutputError,
    PyroblurError,
    SourceError,
)
from pyroblur_gui.net.download import Checksum, Download, HttpDownloader, Patience

DATA = bytes(range(256)) * 2000
QUICK = Patience(retries=3, first_wait_s=0.01, longest_wait_s=0.05, timeout_s=5)
ONCE = Patience(retries=0, timeout_s=5)
SHA = Checksum("sha256", hashlib.sha256(DATA).hexdigest())
LISTENING = str(Path(listening.__file__).parent)
KEY = "rf-very-secret"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server():
    with serving() as running:
        yield running


def fetch(
    server: Server | str, path: Path, *, patience: Patience = QUICK, context: Listener | None = None, **facts
) -> Path:
    """Fetches /a.zip. facts: fields of Download."""
    address = server if isinstance(server, str) else f"{server.address}/a.zip"
    downloader = HttpDownloader(context or Listener(), patience=patience)
    (found,) = downloader.fetch([Download(address, path, **facts)])
    return found


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def break_off(server: Server, path: Path, after: int = 300_000, **facts) -> None:
    """Leaves a part of the file, as a program does that is ended in the middle."""
    server.put("/a.zip", DATA, Reset(after), **facts)
    with pytest.raises(NetworkError):
        fetch(server, path, patience=ONCE)
    assert left_in(path.parent) == {"a.zip.part", "a.zip.part.json"}


# -- what goes well


def test_a_file_comes_whole_with_progress_and_a_record_of_what_it_is(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    context = Listener()
    path = fetch(server, tmp_path / "new" / "a.zip", context=context)
    assert path.read_bytes() == DATA
    assert left_in(path.parent) == {"a.zip", "downloads.jsonl"}
    record = json.loads((path.parent / "downloads.jsonl").read_text())
    assert record == {"file": "a.zip", "bytes": len(DATA), "sha256": SHA.digest, "checked": None}
    last = context.of_type("progress")[-1]
    assert (last.stage, last.unit, last.done, last.total) == ("download", "bytes", len(DATA), len(DATA))
    assert SHA.digest in context.of_type("log")[-1].text


def test_progress_tells_speed_and_time_left(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA[:20_000], Slow(piece=1000, every_s=0.02))
    context = Listener()
    fetch(server, tmp_path / "a.zip", context=context)
    middle = [event for event in context.of_type("progress") if 0 < event.done < 20_000]
    assert middle
    assert all(event.total == 20_000 and event.rate > 0 and event.eta_s > 0 for event in middle)


def test_several_files_come_at_once_in_the_order_asked_for_but_not_more_than_allowed(
    server: Server, tmp_path: Path
) -> None:
    for name in "abcdef":
        server.put(f"/{name}", name.encode() * 2000, Slow(piece=1000, every_s=0.1))
    downloads = [Download(f"{server.address}/{name}", tmp_path / name) for name in "fabcde"]
    found = HttpDownloader(Listener(), parallel=3, patience=QUICK).fetch(downloads)
    assert [path.read_bytes()[:1] for path in found] == [b"f", b"a", b"b", b"c", b"d", b"e"]
    assert server.most_at_once == 3


def test_many_small_files_come_more_at_a_time(server: Server, tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(60)]
    for name in names:
        server.put(f"/{name}", name.encode(), Slow(every_s=0.05))
    downloads = [Download(f"{server.address}/{name}", tmp_path / name) for name in names]
    found = HttpDownloader(Listener(), parallel=2, patience=QUICK).fetch(downloads)
    assert [path.read_bytes().decode() for path in found] == names
    assert 2 < server.most_at_once <= 8


def test_a_file_that_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    fetch(server, tmp_path / "a.zip")
    fetch(server, tmp_path / "a.zip")
    assert len(server.requests) == 1


def test_a_redirect_within_the_scheme_is_followed(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", b"", redirect("/moved/b.zip", 307))
    server.put("/moved/b.zip", DATA)
    assert fetch(server, tmp_path / "a.zip", checksum=SHA).read_bytes() == DATA


# -- resuming


def test_a_reset_in_mid_file_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Reset(100_000), Cut(150_000), etag='"one"')
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA
    first, *others = server.asked("/a.zip")
    assert "Range" not in first.headers
    starts = [int(request.headers["Range"].removeprefix("bytes=").removesuffix("-")) for request in others]
    assert 0 < starts[0] < starts[1] < len(DATA)
    assert all(request.headers["If-Range"] == '"one"' for request in others)


def test_each_byte_gained_counts_so_that_a_bad_line_gets_there(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, *[Cut(40_000)] * 12)  # far more failures than retries
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA


def test_a_download_goes_on_after_a_restart(server: Server, tmp_path: Path) -> None:
    break_off(server, tmp_path / "a.zip")
    have = (tmp_path / "a.zip.part").stat().st_size
    context = Listener()
    assert fetch(server, tmp_path / "a.zip", checksum=SHA, context=context).read_bytes() == DATA
    assert server.requests[-1].headers["Range"] == f"bytes={have}-"
    assert context.of_type("progress")[0].done >= have
    assert left_in(tmp_path) == {"a.zip", "downloads.jsonl"}


def test_a_killed_download_goes_on_in_the_next_process(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Slow(piece=20_000, every_s=0.05))
    script = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {LISTENING!r})
        from pathlib import Path
        from listening import Listener
        from pyroblur_gui.net.download import Download, HttpDownloader
        HttpDownloader(Listener()).fetch([Download("{server.address}/a.zip", Path(sys.argv[1]))])
    """)
    path = tmp_path / "a.zip"
    with subprocess.Popen([sys.executable, "-c", script, str(path)]) as process:
        part = tmp_path / "a.zip.part"
        until = time.monotonic() + 20
        while time.monotonic() < until and not (part.exists() and part.stat().st_size > 60_000):
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    assert not path.exists()
    assert fetch(server, path, checksum=SHA).read_bytes() == DATA
    assert int(server.requests[-1].headers["Range"].removeprefix("bytes=").removesuffix("-")) > 50_000


def test_a_server_without_ranges_starts_again_from_the_beginning(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Reset(300_000), has_ranges=False)
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA
    assert "Range" in server.requests[-1].headers


@pytest.mark.parametrize("minds_if_range", [True, False])
def test_a_file_that_changed_on_the_server_is_fetched_anew(
    server: Server, tmp_path: Path, *, minds_if_range: bool
) -> None:
    break_off(server, tmp_path / "a.zip")
    changed = bytes(reversed(DATA))
    server.put("/a.zip", changed, minds_if_range=minds_if_range)
    assert fetch(server, tmp_path / "a.zip").read_bytes() == changed


def test_a_file_that_became_shorter_than_what_is_there_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    break_off(server, tmp_path / "a.zip")
    server.put("/a.zip", DATA[:1000], minds_if_range=False)
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA[:1000]


def test_the_date_tells_versions_apart_where_there_is_no_tag(server: Server, tmp_path: Path) -> None:
    break_off(server, tmp_path / "a.zip", etag=None, modified=1_700_000_000)
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA
    assert server.requests[-1].headers["If-Range"] == "Tue, 14 Nov 2023 22:13:20 GMT"


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_nothing_is_joined_that_may_not_belong_together(server: Server, tmp_path: Path, etag: str | None) -> None:
    break_off(server, tmp_path / "a.zip", etag=etag)
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA
    assert "Range" not in server.requests[-1].headers


def test_a_checksum_makes_joining_safe_where_the_server_tells_no_version(server: Server, tmp_path: Path) -> None:
    break_off(server, tmp_path / "a.zip", etag=None)
    assert fetch(server, tmp_path / "a.zip", checksum=SHA).read_bytes() == DATA
    assert "Range" in server.requests[-1].headers


@pytest.mark.parametrize("note", ["", "{", "[]", '{"etag": "x", "other": 1}'])
def test_a_damaged_note_beside_a_part_starts_again(server: Server, tmp_path: Path, note: str) -> None:
    break_off(server, tmp_path / "a.zip")
    (tmp_path / "a.zip.part.json").write_text(note)
    assert fetch(server, tmp_path / "a.zip", checksum=SHA).read_bytes() == DATA


# -- what goes wrong: the error, its words, and what is left behind


def test_a_refused_connection_says_whom_to_check(tmp_path: Path) -> None:
    with pytest.raises(NetworkError) as failure:
        fetch(f"http://127.0.0.1:{closed_port()}/a.zip", tmp_path / "a.zip")
    assert failure.value.code == "network"
    assert failure.value.message == "127.0.0.1 refused the connection."
    assert "Check the internet connection" in failure.value.hint
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize("after", [None, 0, 10_000])
def test_resets_without_end_are_given_up_and_nothing_looks_complete(
    server: Server, tmp_path: Path, after: int | None
) -> None:
    server.put("/a.zip", DATA, Always(Reset(after)), has_ranges=False)
    with pytest.raises(NetworkError) as failure:
        fetch(server, tmp_path / "a.zip")
    assert failure.value.message == "The connection to 127.0.0.1 broke off."
    assert "goes on where it stopped" in failure.value.hint
    assert "a.zip" not in left_in(tmp_path)
    assert QUICK.retries + 1 <= len(server.requests) <= 2 * (QUICK.retries + 1)


def test_a_file_shorter_than_was_said_is_not_taken_and_can_be_gone_on_with(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Always(Cut(100_000)), has_ranges=False)
    with pytest.raises(NetworkError, match="broke off"):
        fetch(server, tmp_path / "a.zip")
    assert "a.zip" not in left_in(tmp_path)
    server.put("/a.zip", DATA)
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA
    assert "Range" in server.requests[-1].headers


def test_another_length_than_is_known_beforehand_is_said(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    with pytest.raises(SourceError) as failure:
        fetch(server, tmp_path / "a.zip", size_bytes=len(DATA) + 1)
    assert failure.value.message == "a.zip has 512,000 bytes on 127.0.0.1 instead of 512,001."
    assert left_in(tmp_path) == set()


def test_a_stream_without_length_is_measured_against_the_known_one(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA[:-1], tells_length=False)
    with pytest.raises(SourceError, match="511,999 bytes"):
        fetch(server, tmp_path / "a.zip", size_bytes=len(DATA))
    assert left_in(tmp_path) == set()


def test_a_wrong_checksum_is_tried_once_more(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, WrongBytes())
    assert fetch(server, tmp_path / "a.zip", checksum=SHA).read_bytes() == DATA
    assert len(server.requests) == 2


def test_a_checksum_that_stays_wrong_deletes_the_file(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Always(WrongBytes()))
    with pytest.raises(SourceError) as failure:
        fetch(server, tmp_path / "a.zip", checksum=SHA)
    assert failure.value.code == "source"
    assert failure.value.message == "a.zip is damaged or was changed: its checksum is not the published one."
    assert "fetched twice and then deleted" in failure.value.hint
    assert left_in(tmp_path) == set()
    assert len(server.requests) == 2


def test_an_upper_case_md5_is_a_checksum_too(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest().upper()
    fetch(server, tmp_path / "a.zip", checksum=Checksum("md5", md5))
    assert json.loads((tmp_path / "downloads.jsonl").read_text())["checked"] == "md5"


@pytest.mark.parametrize(
    ("status", "kind", "message", "hint"),
    [
        (401, AccessError, "refused access to a.zip (HTTP 401)", "web page"),
        (403, AccessError, "refused access to a.zip (HTTP 403)", "licence"),
        (404, SourceError, "does not have a.zip (HTTP 404)", "moved it"),
        (410, SourceError, "does not have a.zip (HTTP 410)", "moved it"),
        (418, SourceError, "answered with HTTP 418", "changed"),
        (407, NetworkError, "proxy asks for a name", "HTTPS_PROXY"),
    ],
)
def test_what_asking_again_does_not_help_is_said_at_once(  # noqa: PLR0917
    server: Server, tmp_path: Path, status: int, kind: type[PyroblurError], message: str, hint: str
) -> None:
    server.put("/a.zip", DATA, Always(Status(status)))
    with pytest.raises(kind) as failure:
        fetch(server, tmp_path / "a.zip")
    assert type(failure.value).code == kind.code
    assert message in failure.value.message
    assert hint in failure.value.hint
    assert len(server.requests) == 1
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_and_then_given_up(server: Server, tmp_path: Path, status: int) -> None:
    server.put("/a.zip", DATA, Status(status), Status(status))
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA
    server.put("/a.zip", DATA, Always(Status(status)))
    with pytest.raises(NetworkError) as failure:
        fetch(server, tmp_path / "b.zip")
    assert f"(HTTP {status})" in failure.value.message
    assert "Try again later" in failure.value.hint
    assert left_in(tmp_path) == {"a.zip", "downloads.jsonl"}


def test_a_server_is_left_alone_as_long_as_it_asks(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Status(429, {"Retry-After": "1"}))
    begun = time.monotonic()
    fetch(server, tmp_path / "a.zip")
    assert 1.0 <= time.monotonic() - begun < 5


@pytest.mark.parametrize("wait", ["86400", "Fri, 31 Dec 2199 23:59:59 GMT", "9" * 40])
def test_a_server_that_asks_for_too_long_a_wait_is_an_error(server: Server, tmp_path: Path, wait: str) -> None:
    server.put("/a.zip", DATA, Always(Status(429, {"Retry-After": wait})))
    with pytest.raises(NetworkError, match="too many requests"):
        fetch(server, tmp_path / "a.zip")
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait", ["", "soon", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_retry_after_that_means_nothing_is_not_waited_for(server: Server, tmp_path: Path, wait: str) -> None:
    server.put("/a.zip", DATA, Status(503, {"Retry-After": wait}))
    assert fetch(server, tmp_path / "a.zip").read_bytes() == DATA


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/a.zip", "http://example.org/a.zip", "javascript:1", "", "http://[::1"],
)
def test_a_redirect_to_another_scheme_or_out_of_https_is_not_followed(
    server: Server, tmp_path: Path, location: str
) -> None:
    server.put("/a.zip", b"", Always(redirect(location)))
    with pytest.raises(SourceError) as failure:
        fetch(server, tmp_path / "a.zip")
    assert "leads away to an address that is not secure" in failure.value.message
    assert failure.value.hint
    assert left_in(tmp_path) == set()
    assert len(server.requests) == 1


def test_a_redirect_that_goes_round_in_a_circle_ends(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", b"", Always(redirect("/a.zip")))
    with pytest.raises(SourceError, match="in a circle"):
        fetch(server, tmp_path / "a.zip")


@pytest.mark.parametrize("address", ["http://example.org/a.zip", "ftp://example.org/a", "file:///etc/passwd", "a.zip"])
def test_only_https_is_asked_in_the_first_place(tmp_path: Path, address: str) -> None:
    with pytest.raises(SourceError, match="not secure"):
        fetch(address, tmp_path / "a.zip")


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"anything", "text/html; charset=utf-8"), (b"\n <!DOCTYPE HTML><title>Sign in", "application/zip")],
)
def test_a_web_page_instead_of_the_file_is_said(server: Server, tmp_path: Path, body: bytes, kind: str) -> None:
    server.put("/a.zip", body, kind=kind)
    with pytest.raises(SourceError) as failure:
        fetch(server, tmp_path / "a.zip")
    assert failure.value.message == "127.0.0.1 sent a web page instead of a.zip."
    assert "sign in" in failure.value.hint
    assert left_in(tmp_path) == set()


def test_a_file_in_another_coding_is_not_taken(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceError, match="another form"):
        fetch(server, tmp_path / "a.zip")
    assert server.requests[0].headers["Accept-Encoding"] == "identity"


def test_a_silent_server_is_given_up(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Always(Silent()))
    with pytest.raises(NetworkError, match="did not answer in time"):
        fetch(server, tmp_path / "a.zip", patience=Patience(retries=1, first_wait_s=0.01, timeout_s=0.2))
    assert len(server.requests) == 2


def test_room_on_the_disk_is_checked_before_anything_is_asked(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    with pytest.raises(DiskFullError) as failure:
        fetch(server, tmp_path / "a.zip", size_bytes=10**18)
    assert "are needed" in failure.value.message
    assert server.requests == []


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_full_disk_leaves_nothing_that_looks_complete(server: Server, tmp_path: Path, *, tells_length: bool) -> None:
    server.put("/a.zip", DATA, tells_length=tells_length)
    folder, listing = tmp_path / "small", tmp_path / "listing"
    folder.mkdir()
    script = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {LISTENING!r})
        from pathlib import Path
        from listening import Listener
        from pyroblur_gui.core.errors import PyroblurError
        from pyroblur_gui.net.download import Download, HttpDownloader
        try:
            HttpDownloader(Listener()).fetch([Download("{server.address}/a.zip", Path(sys.argv[1]) / "a.zip")])
        except PyroblurError as exc:
            print(exc.code, exc.message, exc.hint)
    """)
    command = (*small(folder, 200_000, listing=listing), sys.executable, "-c", script, str(folder))
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("disk_full ")
    assert "Make room there" in said
    assert "small/a.zip\n" not in listing.read_text()


def test_a_folder_that_cannot_be_written_is_said(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as failure:
        fetch(server, tmp_path / "file" / "a.zip")
    assert failure.value.code == "output"
    assert failure.value.hint


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permission bits do not bind root")
def test_a_folder_without_write_permission_is_said(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    (tmp_path / "closed").mkdir(mode=0o555)
    with pytest.raises(OutputError, match="read-only"):
        fetch(server, tmp_path / "closed" / "a.zip")


def test_one_failure_ends_the_others_and_what_they_have_stays(server: Server, tmp_path: Path) -> None:
    server.put("/bad", b"", Always(Status(404)))
    server.put("/slow", DATA, Always(Slow(piece=1000, every_s=0.05)))
    downloads = [Download(f"{server.address}/{name}", tmp_path / name) for name in ("slow", "bad")]
    begun = time.monotonic()
    with pytest.raises(SourceError, match="does not have bad"):
        HttpDownloader(Listener(), patience=QUICK).fetch(downloads)
    assert time.monotonic() - begun < 5
    assert "slow" not in left_in(tmp_path)


# -- files that may be missing


def test_a_few_missing_files_are_left_out(server: Server, tmp_path: Path) -> None:
    server.put("/0", b"there")
    server.put("/2", b"there")
    server.put("/3", b"", Always(Status(403)))
    downloads = [Download(f"{server.address}/{n}", tmp_path / str(n), may_be_missing=True) for n in range(4)]
    found = HttpDownloader(Listener(), patience=QUICK).fetch(downloads)
    assert [path.name for path in found] == ["0", "2"]


def test_when_all_are_missing_it_is_said_after_a_few(server: Server, tmp_path: Path) -> None:
    downloads = [Download(f"{server.address}/{n}", tmp_path / str(n), may_be_missing=True) for n in range(500)]
    with pytest.raises(SourceError, match="HTTP 404"):
        HttpDownloader(Listener(), patience=QUICK).fetch(downloads)
    assert len(server.requests) < 60


# -- cancelling and pausing


class _Job(Listener):
    """A context that can be cancelled and paused from outside, as a worker's can."""

    def __init__(self) -> None:
        super().__init__()
        self.is_cancelled = False
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def check_cancelled(self) -> None:
        self.may_go_on.wait(10)
        if self.is_cancelled:
            raise JobCancelledError


@pytest.mark.parametrize(
    "fault", [Silent(), Silent(after=1000), Slow(piece=10, every_s=0.02), Status(503), Reset(after=None)]
)
def test_a_cancel_is_heard_at_once_whatever_the_server_does(
    server: Server, tmp_path: Path, fault: Silent | Slow | Status | Reset
) -> None:
    server.put("/a.zip", DATA, Always(fault))
    job = _Job()

    def cancel() -> None:
        while not server.requests:
            time.sleep(0.01)
        time.sleep(0.2)
        job.is_cancelled = True

    thread = threading.Thread(target=cancel)
    thread.start()
    patience = Patience(retries=1000, first_wait_s=30, longest_wait_s=30, timeout_s=60)
    begun = time.monotonic()
    with pytest.raises(JobCancelledError):
        fetch(server, tmp_path / "a.zip", context=job, patience=patience)
    thread.join()
    assert time.monotonic() - begun < 5
    assert "a.zip" not in left_in(tmp_path)


def test_a_pause_stops_the_bytes_and_then_it_goes_on(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA[:50_000], Slow(piece=1000, every_s=0.01))
    job, part = _Job(), tmp_path / "a.zip.part"
    seen = []

    def pause() -> None:
        while not job.of_type("progress"):
            time.sleep(0.01)
        job.may_go_on.clear()
        time.sleep(0.3)
        seen.append(part.stat().st_size)
        time.sleep(0.3)
        seen.append(part.stat().st_size)
        job.may_go_on.set()

    thread = threading.Thread(target=pause)
    thread.start()
    path = fetch(server, tmp_path / "a.zip", context=job)
    thread.join()
    assert seen[0] == seen[1] < 50_000
    assert path.read_bytes() == DATA[:50_000]


def test_no_thread_outlives_a_download(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA)
    fetch(server, tmp_path / "a.zip")
    until = time.monotonic() + 5
    while time.monotonic() < until and any("download" in thread.name for thread in threading.enumerate()):
        time.sleep(0.02)
    assert [thread.name for thread in threading.enumerate() if "download" in thread.name] == []


# -- secrets


def test_a_secret_reaches_the_server_and_nothing_else(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.put("/a.zip", DATA, Reset(1000))
    secrets = {"api_key": SecretStr(KEY)}
    context = Listener()
    path = fetch(server, tmp_path / "a.zip", secrets=secrets, context=context)
    assert server.requests[0].query == {"api_key": [KEY]}
    assert path.read_bytes() == DATA
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file != path)
    assert KEY.encode() not in written
    assert KEY not in caplog.text
    assert KEY not in str(context.events)


@pytest.mark.parametrize(
    "fault", [Status(401), Status(404), Status(503), Reset(None), Silent(), redirect("file:///x"), redirect("http://[")]
)
def test_no_failure_shows_a_secret(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Status | Reset | Silent
) -> None:
    caplog.set_level(logging.DEBUG)
    server.put("/a.zip", DATA, Always(fault))
    with pytest.raises(SourceError) as failure:
        fetch(
            server,
            tmp_path / "a.zip",
            secrets={"signature": SecretStr(KEY)},
            patience=Patience(retries=0, timeout_s=0.3),
        )
    assert KEY not in caplog.text
    exc: BaseException | None = failure.value
    while exc is not None:
        assert KEY not in f"{exc} {exc!r} {getattr(exc, 'hint', '')}"
        exc = exc.__cause__ or exc.__context__


def test_a_refused_key_is_said_as_such(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", DATA, Always(Status(401)))
    with pytest.raises(AccessError) as failure:
        fetch(server, tmp_path / "a.zip", secrets={"api_key": SecretStr(KEY)})
    assert "Check the access key" in failure.value.hint


def test_a_secret_is_not_passed_on_by_a_redirect(server: Server, tmp_path: Path) -> None:
    server.put("/a.zip", b"", redirect("/b.zip"))
    server.put("/b.zip", DATA)
    fetch(server, tmp_path / "a.zip", secrets={"api_key": SecretStr(KEY)})
    assert server.asked("/b.zip")[0].query == {}


# -- https and proxies


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path) -> None:
    with serving(authority=trustme.CA(), is_https=True) as server:
        server.put("/a.zip", DATA)
        with pytest.raises(NetworkError) as failure:
            fetch(server, tmp_path / "a.zip")
        assert failure.value.message == "The certificate of 127.0.0.1 could not be verified, so nothing was fetched."
        assert "SSL_CERT_FILE" in failure.value.hint
        assert server.requests == []
    assert left_in(tmp_path) == set()


def test_a_certificate_of_the_users_own_authority_is_accepted_and_https_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serving(authority=authority, is_https=True) as server, serving() as plain:
        server.put("/a.zip", DATA)
        plain.put("/a.zip", DATA)
        assert fetch(server, tmp_path / "d" / "a.zip").read_bytes() == DATA
        server.put("/a.zip", b"", redirect(f"{plain.address}/a.zip"))
        with pytest.raises(SourceError, match="not secure"):
            fetch(server, tmp_path / "e" / "a.zip")
        assert plain.requests == []


def test_the_proxy_of_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(authority=trustme.CA()) as proxy:
        for name, value in proxy.environment(tmp_path / "ca.pem").items():
            monkeypatch.setenv(name, value)
        proxy.put("/data/a.zip", DATA, Reset(1000))
        assert fetch("https://pictures.example/data/a.zip", tmp_path / "d" / "a.zip").read_bytes() == DATA
        assert {request.host for request in proxy.requests} == {"pictures.example"}


def test_a_proxy_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(NetworkError) as failure:
        fetch("https://pictures.example/a.zip", tmp_path / "a.zip", patience=ONCE)
    assert "HTTPS_PROXY" in failure.value.hint


def test_a_proxy_that_means_nothing_is_said_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"nonsense://me:{KEY}@127.0.0.1")
    with pytest.raises(NetworkError) as failure:
        fetch("https://pictures.example/a.zip", tmp_path / "a.zip")
    assert "HTTPS_PROXY" in failure.value.hint
    assert failure.value.__cause__ is None
    assert KEY not in f"{failure.value.message}{failure.value.hint}"


# -- answers


def test_an_answer_is_its_status_and_its_json(server: Server) -> None:
    server.put("/x", b'{"progress": 1}', Status(202, {}, b'{"progress": 0.5}'))
    downloader = HttpDownloader(Listener(), patience=QUICK)
    assert downloader.ask(f"{server.address}/x", secrets={"api_key": SecretStr(KEY)}) == (202, {"progress": 0.5})
    assert downloader.ask(f"{server.address}/x", secrets={}) == (200, {"progress": 1})
    assert [request.query for request in server.requests] == [{"api_key": [KEY]}, {}]


def test_an_answer_is_asked_for_again_after_a_break(server: Server) -> None:
    server.put("/x", b"[1, 2, 3]", Cut(3), Status(500))
    assert HttpDownloader(Listener(), patience=QUICK).ask(f"{server.address}/x", secrets={}) == (200, [1, 2, 3])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "cannot be understood"),
        (b"\xff\xfe", "cannot be understood"),
        (b"[" * 100_000, "cannot be understood"),
        (b"<html>", "web page"),
        (b" " * (9 << 20), "far too long"),
    ],
)
def test_an_answer_that_is_none_is_said(server: Server, body: bytes, message: str) -> None:
    server.put("/x", body)
    with pytest.raises(SourceError, match=message):
        HttpDownloader(Listener(), patience=QUICK).ask(f"{server.address}/x", secrets={})


# -- lines

TEXT = "".join(f"line {number} ü\r\n" for number in range(20_000)).encode() + b"last"
LINES = TEXT.decode().replace("\r\n", "\n").split("\n")


@pytest.mark.parametrize("has_ranges", [True, False])
def test_lines_come_once_each_whatever_breaks_off(server: Server, *, has_ranges: bool) -> None:
    server.put("/t.csv", TEXT, Reset(100_001), Cut(150_002), Status(503), has_ranges=has_ranges)
    context = Listener()
    assert list(HttpDownloader(context, patience=QUICK).lines(f"{server.address}/t.csv")) == LINES
    last = context.of_type("progress")[-1]
    assert (last.stage, last.done, last.total) == ("download", len(TEXT), len(TEXT))


def test_lines_of_a_text_that_changed_meanwhile_are_not_mixed(server: Server) -> None:
    server.put("/t.csv", TEXT, Cut(100_000))
    lines = HttpDownloader(Listener(), patience=QUICK).lines(f"{server.address}/t.csv")
    next(lines)
    server.put("/t.csv", TEXT.upper())
    with pytest.raises(SourceError, match=r"changed on 127\.0\.0\.1 while it was read"):
        list(lines)


@pytest.mark.parametrize(
    ("body", "message"), [(b"<!doctype html>", "web page"), (bytes(3 << 20), "no text"), (b"", "")]
)
def test_lines_of_what_is_no_text_are_said(server: Server, body: bytes, message: str) -> None:
    server.put("/t.csv", body)
    lines = HttpDownloader(Listener(), patience=QUICK).lines(f"{server.address}/t.csv")
    if not message:
        assert list(lines) == []
        return
    with pytest.raises(SourceError, match=message):
        list(lines)


def test_lines_can_be_cancelled_while_the_server_is_silent(server: Server) -> None:
    server.put("/t.csv", TEXT, Always(Silent(after=10_000)))
    job = _Job()
    lines = HttpDownloader(job, patience=Patience(timeout_s=60)).lines(f"{server.address}/t.csv")
    next(lines)
    threading.Timer(0.3, lambda: setattr(job, "is_cancelled", True)).start()
    begun = time.monotonic()
    with pytest.raises(JobCancelledError):
        list(lines)
    assert time.monotonic() - begun < 5
