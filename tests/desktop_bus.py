"""A desktop's session bus of the tests' own, with what a desktop answers on it: power management and notifications."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

import pytest

NAMES = ("org.freedesktop.PowerManagement", "org.freedesktop.Notifications")


class Desktop:
    """asked: the calls that came, as (member, arguments)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def members(self) -> list[str]:
        return [member for member, _ in self.asked]

    def serve(self) -> threading.Thread:
        """Answers until the bus ends; it has its names when this returns."""
        from jeepney import HeaderFields, MessageType, message_bus, new_method_return
        from jeepney.io.blocking import open_dbus_connection

        connection = open_dbus_connection(bus=self.address)
        for name in NAMES:
            connection.send_and_get_reply(message_bus.RequestName(name))

        def answer() -> None:
            with contextlib.suppress(OSError, EOFError):
                while True:
                    message = connection.receive()
                    if message.header.message_type is not MessageType.method_call:
                        continue
                    member = message.header.fields[HeaderFields.member]
                    self.asked.append((member, message.body))
                    body = ("u", (7,)) if member in {"Inhibit", "Notify"} else (None, ())
                    connection.send(new_method_return(message, *body))
            connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        return thread


@contextlib.contextmanager
def desktop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """A session bus, which this process and its children take for their desktop's. Skips where there is no D-Bus."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("no dbus-daemon (Debian: dbus)")
    folder = tempfile.mkdtemp(prefix="pb")  # a socket's path must be short
    address = f"unix:path={folder}/bus"
    command = [daemon, "--session", "--nofork", "--nopidfile", f"--address={address}", "--print-address=1"]
    environment = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as bus:
        assert bus.stdout is not None
        assert bus.stdout.readline(), "the bus does not start"
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        monkeypatch.delenv("XDG_SESSION_DESKTOP", raising=False)
        found = Desktop(address)
        thread = found.serve()
        try:
            yield found
        finally:
            bus.terminate()
            thread.join(5)
            shutil.rmtree(folder)
