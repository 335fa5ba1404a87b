"""Help > Check for updates asks a real local server over https, and says clearly when there is no good answer."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from listening import Listener
from server import Always, Reset, Server, Silent, Status, serving

from pyroblur_gui import __version__
from pyroblur_gui.core.errors import NetworkError, SourceError
from pyroblur_gui.net import download
from pyroblur_gui.operations import updates
from pyroblur_gui.operations.spec import UpdatesSpec

PATH = "/repos/x/pyroblur/releases/latest"
WANTED = UpdatesSpec(address=f"https://api.example.org{PATH}")
PAGE = "https://example.org/pyroblur/releases/v9.1"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving(authority=trustme.CA()) as server:
        for name, value in server.environment(tmp_path / "ca.pem").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(updates, "ONCE", download.Patience(retries=0, timeout_s=1.0))
        yield server


@pytest.mark.parametrize(
    ("answer", "version", "is_newer"),
    [
        ({"tag_name": "v9.1.0", "html_url": PAGE, "assets": []}, "9.1.0", True),
        ({"version": __version__, "page": PAGE}, __version__, False),
        ({"version": "0.0.9", "page": PAGE}, "0.0.9", False),
        ({"version": "0.10.0", "page": PAGE}, "0.10.0", True),
    ],
)
def test_what_a_server_tells_is_compared(world: Server, answer: object, version: str, is_newer: bool) -> None:
    world.put(PATH, json.dumps(answer).encode())
    assert updates.run(WANTED, Listener()) == {"version": version, "page": PAGE, "is_newer": is_newer}
    (request,) = world.requests
    assert __version__ not in str(request.headers), "nothing of this machine is told"


@pytest.mark.parametrize(
    "body",
    [
        b"[]", b"{}", b"null", b'"9.1"',
        b'{"version": 9, "page": "https://example.org"}',
        b'{"version": "newest", "page": "https://example.org"}',
        b'{"version": "9.1", "page": "javascript:alert(1)"}',
        b'{"version": "9.1", "page": "http://example.org"}',
        b"no json", b"<!doctype html><html></html>", b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_told(world: Server, body: bytes) -> None:
    world.put(PATH, body)
    with pytest.raises(SourceError, match=r"api\.example\.org"):
        updates.run(WANTED, Listener())


@pytest.mark.parametrize("fault", [Status(404), Status(500), Silent(), Reset(after=None)])
def test_a_server_that_does_not_answer_is_told(world: Server, fault: object) -> None:
    world.put(PATH, b"{}", Always(fault))
    with pytest.raises(SourceError) as failure:
        updates.run(WANTED, Listener())
    assert failure.value.hint


def test_an_unknown_certificate_is_not_talked_to(
    world: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put(PATH, b"{}")
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(NetworkError, match="certificate"):
        updates.run(WANTED, Listener())
    assert world.requests == []
