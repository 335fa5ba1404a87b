"""Names and passwords of mirrors: in the keyring, in no file, and told to no other host."""

import base64
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from memory_keyring import Memory, keyring_in_memory
from server import Server
from shelf import make_shipped, make_wheels, serve
from stage import Stage

from pyroblur_gui.core.errors import AccessError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.operations import pack
from pyroblur_gui.pack import logins, place, uv
from pyroblur_gui.pack.spec import PackPlanSpec, Sources, sources_file

SECRET = "p%40ss-word"  # noqa: S105 - of a mirror that is not there
WITH = f"https://me:{SECRET}@mirror.example/simple"
BARE = "https://mirror.example/simple"


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    for field in logins.FIELDS:
        monkeypatch.delenv(logins.variable_of(logins.name_of(field)), raising=False)
    with keyring_in_memory() as memory:
        yield memory


def kept_files() -> str:
    folder = folders().settings
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())


def test_a_password_in_an_address_goes_to_the_keyring_and_into_no_file(ring: Memory) -> None:
    logins.save_sources(Sources(index=WITH, torch_index="https://other.example/cpu"))
    assert SECRET not in kept_files()
    assert sources_file().load().value.index == BARE
    assert list(ring.kept.values()) == [f"me:{SECRET}@mirror.example"]
    whole = logins.with_logins(logins.load_sources())
    assert (whole.index, whole.torch_index) == (WITH, "https://other.example/cpu")


def test_saved_again_without_it_the_login_stays_until_the_host_is_another(ring: Memory) -> None:
    logins.save_sources(Sources(index=WITH))
    logins.save_sources(Sources(index=BARE + "/new"))
    assert logins.with_logins(logins.load_sources()).index == WITH + "/new"
    logins.save_sources(Sources(index="https://elsewhere.example/simple"))
    assert ring.kept == {}
    assert logins.with_logins(logins.load_sources()).index == "https://elsewhere.example/simple"


def test_a_login_goes_to_no_other_host(ring: Memory) -> None:
    logins.save_sources(Sources(index=WITH))
    for other in ("https://mirror.example.evil/simple", "https://mirror.example:8443/simple"):
        assert logins.with_logins(Sources(index=other)).index == other


def test_without_a_keyring_nothing_is_saved_and_the_variable_gives_it(
    ring: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_keyring(fail.Keyring())
    with pytest.raises(AccessError, match="no keyring") as refused:
        logins.save_sources(Sources(index=WITH))
    assert SECRET not in refused.value.message + refused.value.hint + kept_files()
    assert "PYROBLUR_INDEX_LOGIN" in refused.value.hint
    monkeypatch.setenv("PYROBLUR_INDEX_LOGIN", f"me:{SECRET}@mirror.example")
    assert logins.with_logins(Sources(index=BARE)).index == WITH


def test_a_password_that_a_file_holds_is_moved_to_the_keyring(ring: Memory) -> None:
    sources_file().save(Sources(python_mirror=WITH))
    assert logins.load_sources().python_mirror == BARE
    assert SECRET not in kept_files()
    assert logins.with_logins(logins.load_sources()).python_mirror == WITH


def test_a_mirror_is_asked_with_the_kept_login(ring: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_shipped(tmp_path / "bundle" / "pyroblur_gui" / "resources" / "pack")
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path / "bundle"), raising=False)
    monkeypatch.setattr(place, "has_training", lambda: False)
    monkeypatch.setattr(pack, "has_training", lambda: False)
    monkeypatch.setattr(uv, "RETRIES", 0)
    run, arguments = uv.run_program, list[str]()

    def watched(command: list[str], **more: object) -> object:
        arguments.extend(command)
        return run(command, **more)

    monkeypatch.setattr(uv, "run_program", watched)
    with Server() as server:
        address = serve(server, make_wheels(tmp_path / "wheels"))
        logins.save_sources(Sources(index=address.replace("://", f"://me:{SECRET}@")))
        pack.plan(PackPlanSpec(sources=logins.load_sources()), Stage())
        told = {value for request in server.requests for name, value in request.headers.items()
                if name.lower() == "authorization"}  # fmt: skip
    assert told == {"Basic " + base64.b64encode(b"me:p@ss-word").decode()}
    assert "compile" in arguments
    assert not [each for each in arguments if SECRET in each]  # which everyone on the computer can read
