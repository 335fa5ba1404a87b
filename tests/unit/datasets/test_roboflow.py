"""Roboflow's export: asked for until it is ready, fetched by a link that is a secret, and read as data only."""

import json
import logging
from pathlib import Path

import pytest
from labelled_files import Original, furthest
from published import SIGNATURE, export_of, publish_roboflow
from pydantic import SecretStr
from server import Always, Reset, Server, Status, redirect, serving
from sourcing import Work, some_pictures, some_real_pictures, without

from pyroblur_gui.core.errors import AccessError, ArchiveError, JobCancelledError, NetworkError, SourceError
from pyroblur_gui.datasets.sources.roboflow import FACTS, RoboflowSource
from pyroblur_gui.datasets.sources.source import Need

KEY = "rf-this-is-the-key"
ASKED = "/roboflow-universe-projects/license-plate-recognition-rxg4e/11/yolov11"
EXPORT = "/exports/roboflow-universe-projects-license-plate-recognition-rxg4e-11.zip"


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "work", key=SecretStr(KEY))


@pytest.fixture
def originals(tmp_path: Path) -> list[Original]:
    return without(some_pictures(tmp_path / "made", 7), "face")


def source(server: Server, *, longest_wait_s: float = 10) -> RoboflowSource:
    return RoboflowSource(server.address, ask_every_s=0.02, longest_wait_s=longest_wait_s)


def named(originals: list[Original], name: str) -> Original:
    return next(each for each in originals if name.startswith(each.stem + "_jpg"))


def test_an_export_is_waited_for_and_read(server: Server, work: Work, originals: list[Original]) -> None:
    publish_roboflow(server, export_of(originals), base=server.address, waits=3)
    samples = work.gather(source(server))
    assert len(samples) == 7
    assert len(server.asked(ASKED)) == 4
    assert "Roboflow prepares the export: 67%." in work.said
    for sample in samples:
        assert furthest_plate(sample, named(originals, sample.picture.name)) < 0.01
        assert sample.labels == {"License_Plate"}
        assert sample.split is not None
    assert "The project states its licence as: CC BY 4.0" in work.said


def furthest_plate(sample, original: Original) -> float:
    ours = Original(
        original.path,
        original.width,
        original.height,
        tuple(("License_Plate", *edges) for _, *edges in original.boxes),
    )
    return furthest(sample, ours)


def test_real_pictures_come_with_their_plates(server: Server, work: Work, request: pytest.FixtureRequest) -> None:
    originals = without(some_real_pictures(request, 9), "face")
    publish_roboflow(server, export_of(originals), base=server.address)
    samples = work.gather(source(server))
    assert len(samples) == 9
    assert all(furthest_plate(sample, named(originals, sample.picture.name)) < 0.01 for sample in samples)


def test_another_project_and_version_can_be_asked_for(server: Server, work: Work, originals: list[Original]) -> None:
    publish_roboflow(server, export_of(originals), base=server.address, project="some-team/plates-9", version=3)
    assert len(work.gather(source(server), project="some-team/plates-9", version=3)) == 7


def test_key_and_signature_reach_the_server_and_nothing_else(
    server: Server, work: Work, originals: list[Original], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    publish_roboflow(server, export_of(originals), base=server.address).faults = [Reset(500)]
    work.gather(source(server))
    assert server.asked(ASKED)[0].query == {"api_key": [KEY]}
    fetched = server.asked(EXPORT)[0].query
    assert fetched == {"X-Goog-Algorithm": ["RSA"], "X-Goog-Signature": [SIGNATURE]}
    written = b"".join(path.read_bytes() for path in work.folder.rglob("*") if path.is_file())
    for secret in (KEY, SIGNATURE):
        assert secret not in caplog.text
        assert secret not in str(work.context.events)
        assert secret.encode() not in written


def test_a_broken_export_goes_on_by_a_new_link(server: Server, work: Work, originals: list[Original]) -> None:
    publish_roboflow(server, export_of(originals), base=server.address).faults = [Reset(2000), *[Status(500)] * 9]
    with pytest.raises(NetworkError) as failure:
        work.gather(source(server))
    assert SIGNATURE not in f"{failure.value.message}{failure.value.hint}"
    server.resources[EXPORT].faults = []
    assert len(work.gather(source(server))) == 7
    assert "Range" in server.asked(EXPORT)[-1].headers
    before = len(server.requests)
    assert len(work.gather(source(server))) == 7
    assert len(server.requests) == before  # it is all there now


def test_a_download_entry_in_the_export_is_not_followed(server: Server, work: Work, originals: list[Original]) -> None:
    marker = work.folder / "ran"
    script = f"download: |\n  from pathlib import Path\n  Path({str(marker)!r}).touch()\n"
    publish_roboflow(server, export_of(originals, more_yaml=script), base=server.address)
    assert len(work.gather(source(server))) == 7
    assert "ignored" in work.said
    assert not marker.exists()


def test_a_hostile_export_is_not_unpacked(server: Server, work: Work, originals: list[Original]) -> None:
    from published import zipped

    publish_roboflow(server, zipped({"../../evil.py": b"x"}), base=server.address)
    with pytest.raises(ArchiveError, match="written elsewhere"):
        work.gather(source(server))


def test_a_damaged_export_is_fetched_again_by_the_next_run(
    server: Server, work: Work, originals: list[Original]
) -> None:
    whole = export_of(originals)
    publish_roboflow(server, whole[:-200], base=server.address)
    with pytest.raises(ArchiveError, match="damaged or incomplete") as failure:
        work.gather(source(server))
    assert "again" in failure.value.hint
    publish_roboflow(server, whole, base=server.address)
    assert len(work.gather(source(server))) == 7


def test_without_a_key_it_is_said_where_to_get_one(server: Server, work: Work) -> None:
    work.key = None
    with pytest.raises(AccessError) as failure:
        work.gather(source(server))
    assert "ROBOFLOW_API_KEY" in failure.value.hint
    assert server.requests == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_not_accepted_is_said(server: Server, work: Work, status: int) -> None:
    server.put(ASKED, b"", Always(Status(status, body=b'{"error": "no such key ' + KEY.encode() + b'"}')))
    with pytest.raises(AccessError) as failure:
        work.gather(source(server))
    assert "did not accept the access key" in failure.value.message
    assert "app.roboflow.com" in failure.value.hint
    assert KEY not in f"{failure.value.message}{failure.value.hint}"


def test_a_version_that_is_not_there_is_said(server: Server, work: Work) -> None:
    with pytest.raises(SourceError, match="has no version 99 of a/b"):
        work.gather(source(server), project="a/b", version=99)


def test_an_export_that_is_never_ready_is_given_up(server: Server, work: Work) -> None:
    server.put(ASKED, b"", Always(Status(202, body=b'{"progress": 0.1}')))
    with pytest.raises(NetworkError, match="has not finished the export in time") as failure:
        work.gather(source(server, longest_wait_s=2.0))
    assert "again later" in failure.value.hint
    assert work.said.count("10%") == 1


def test_waiting_can_be_cancelled(server: Server, work: Work) -> None:
    server.put(ASKED, b"", Always(Status(202, body=b"{}")))

    def cancel(count: int) -> None:
        if server.requests and count > 20:
            raise JobCancelledError

    work.context.on_check = cancel
    with pytest.raises(JobCancelledError):
        work.gather(RoboflowSource(server.address, ask_every_s=60))


@pytest.mark.parametrize("answer", [{}, [], {"export": None}, {"export": {"link": 5}}, {"export": {"link": ""}}, None])
def test_an_answer_without_a_link_is_said(server: Server, work: Work, answer: object) -> None:
    server.put(ASKED, json.dumps(answer).encode())
    with pytest.raises(SourceError, match="names no file to fetch") as failure:
        work.gather(source(server))
    assert failure.value.hint


@pytest.mark.parametrize("link", ["file:///etc/passwd", "http://example.org/a.zip", "ftp://x/y?z=1", "https://[bad"])
def test_a_link_that_is_not_secure_is_not_followed(server: Server, work: Work, link: str) -> None:
    server.put(ASKED, json.dumps({"export": {"link": link}}).encode())
    with pytest.raises(SourceError):
        work.gather(source(server))
    assert not any(name.endswith(".zip") for name in work.names)


def test_a_redirect_of_the_link_keeps_its_signature_to_itself(
    server: Server, work: Work, originals: list[Original]
) -> None:
    publish_roboflow(server, b"", base=server.address).faults = [redirect("/elsewhere.zip")]
    server.put("/elsewhere.zip", export_of(originals))
    assert len(work.gather(source(server))) == 7
    assert server.asked("/elsewhere.zip")[0].query == {}


def test_what_is_declared_is_complete() -> None:
    assert FACTS.needs == {Need.NETWORK, Need.KEY}
    assert FACTS.classes == ("license_plate",)
    assert FACTS.citation.startswith("@")
    assert RoboflowSource().address.startswith("https://")
