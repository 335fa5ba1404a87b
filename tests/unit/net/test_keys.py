"""Access keys: kept in the keyring or given by the environment, and never shown."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from memory_keyring import Memory, Readable, keyring_in_memory
from pydantic import SecretStr

from pyroblur_gui.core.errors import AccessError
from pyroblur_gui.net import keys

KEY = "rf0123456789abcdef"


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    monkeypatch.delenv("ROBOFLOW_API_KEY", raising=False)
    with keyring_in_memory() as memory:
        yield memory


def test_a_kept_key_is_given_back_and_a_forgotten_one_is_not(ring: Memory) -> None:
    assert not keys.has_key("roboflow")
    keys.keep_key("roboflow", SecretStr(f" {KEY}\n"))
    kept = keys.get_key("roboflow")
    assert kept is not None
    assert kept.get_secret_value() == KEY
    assert list(ring.kept.values()) == [KEY]
    keys.forget_key("roboflow")
    assert keys.get_key("roboflow") is None
    keys.forget_key("roboflow")  # once more is nothing


def test_keys_of_two_sources_are_two_keys(ring: Memory) -> None:
    keys.keep_key("roboflow", SecretStr(KEY))
    assert keys.get_key("other") is None


def test_the_variable_gives_the_key_where_there_is_no_keyring(ring: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(fail.Keyring())
    assert keys.get_key("roboflow") is None
    assert not keys.can_keep()
    monkeypatch.setenv("ROBOFLOW_API_KEY", KEY)
    key = keys.get_key("roboflow")
    assert key is not None
    assert key.get_secret_value() == KEY
    assert keys.is_from_environment("roboflow")


def test_a_variable_that_is_set_wins_over_the_keyring(ring: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.keep_key("roboflow", SecretStr("kept"))
    monkeypatch.setenv("ROBOFLOW_API_KEY", KEY)
    key = keys.get_key("roboflow")
    assert key is not None
    assert key.get_secret_value() == KEY


@pytest.mark.parametrize("backend", [fail.Keyring, Readable])
def test_without_a_keyring_that_keeps_secrets_nothing_is_kept(ring: Memory, backend: type[KeyringBackend]) -> None:
    instead = backend()
    keyring.set_keyring(instead)
    with pytest.raises(AccessError, match="no keyring") as failure:
        keys.keep_key("roboflow", SecretStr(KEY))
    assert "ROBOFLOW_API_KEY" in failure.value.hint
    assert getattr(instead, "kept", {}) == {}


def test_a_locked_keyring_is_said_without_what_is_in_it(ring: Memory) -> None:
    keys.keep_key("roboflow", SecretStr(KEY))
    ring.is_locked = True
    for attempt in (
        lambda: keys.get_key("roboflow"),
        lambda: keys.keep_key("roboflow", SecretStr(KEY)),
        lambda: keys.forget_key("roboflow"),
    ):
        with pytest.raises(AccessError) as failure:
            attempt()
        assert "Unlock" in failure.value.hint
        assert KEY not in f"{failure.value.message}{failure.value.hint}{failure.value.__cause__}"
    assert not keys.has_key("roboflow")


@pytest.mark.parametrize("text", ["", "  ", "two words", "key\nkey", "schlüssel", "x" * 600])
def test_what_is_no_key_is_not_kept(ring: Memory, text: str) -> None:
    with pytest.raises(AccessError, match="not an access key"):
        keys.keep_key("roboflow", SecretStr(text))
    assert ring.kept == {}
