"""What PyroBlur asks of a desktop, over a real bus: to stay awake, and to show a word. And what it does without one."""

import contextlib
import logging

import pytest
from desktop_bus import desktop

from pyroblur_gui.core.awake import kept_awake
from pyroblur_gui.core.desktop import notify


def test_the_computer_is_asked_to_stay_awake_and_may_sleep_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with desktop(monkeypatch) as there:
        with kept_awake() as is_awake:
            assert is_awake
            assert there.members() == ["Inhibit"]
        assert there.members() == ["Inhibit", "UnInhibit"]
        assert there.asked[1][1] == (7,), "the one that was asked for"


def test_a_desktop_that_ends_meanwhile_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bus = contextlib.ExitStack()
    bus.enter_context(desktop(monkeypatch))
    with kept_awake() as is_awake:
        assert is_awake
        bus.close()
    assert "could not be told so" in caplog.text


def test_without_a_desktop_it_goes_on_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with kept_awake() as is_awake:
        assert not is_awake
    assert "keep.running" in caplog.text
    assert notify("PyroBlur", "done") is False
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
    with kept_awake() as is_awake:
        assert not is_awake
    assert notify("PyroBlur", "done") is False


def test_a_word_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with desktop(monkeypatch) as there:
        assert notify("PyroBlur", "The training first is done.")
    ((member, arguments),) = there.asked
    assert member == "Notify"
    assert (arguments[0], *arguments[3:5]) == ("PyroBlur", "PyroBlur", "The training first is done.")
