"""The user's desktop: whether there is one, and a word to the user over whatever is in front of it.

On Linux, the word goes by the notifications' own protocol.
"""

import logging
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from pyroblur_gui.core.translation import tr

APPLICATION = "PyroBlur"
ANSWER_S = 2.0
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM")

_NOT_FOUND = re.compile(r"(?<![\w/.-])(lib[\w.+-]+?\.so(?:\.\d+)*): ")  # what follows is in the language of the system

log = logging.getLogger(__name__)


def has_display(environment: Mapping[str, str]) -> bool:
    """Whether a window could open: on Linux, where X11, Wayland or a platform of Qt is named. Nobody is asked yet."""
    if sys.platform in {"darwin", "win32"}:
        return True
    if any(environment.get(name) for name in _DISPLAYS):
        return True
    runtime = environment.get("XDG_RUNTIME_DIR")
    return (
        runtime is not None and Path(runtime, "wayland-0").exists()
    )  # what Wayland's library takes where none is named


def missing_library(error: Exception) -> str:
    """The library of the system that the loader did not find, "libxcb-cursor.so.0"; "" if that was not it."""
    found = _NOT_FOUND.search(str(error))
    return found[1] if found is not None else ""


def without_library(library: str) -> str:
    """What to do about it, in the language in use. Debian names packages after their libraries (its Policy, 8.1)."""
    name, _, version = library.lower().partition(".so.")
    package = name + ("-" if name[-1:].isdigit() else "") + version
    return tr(
        "The window cannot open: the library {library} of the system is missing. Install it (on Debian and Ubuntu: "
        "apt install {package}) and start again, or cover files without the window: pyroblur blur FILES",
        library=library,
        package=package,
    )


def complain(message: str) -> None:
    """One line on stderr, where there is one."""
    if sys.stderr is not None:
        sys.stderr.write(tr("failed: {message}", message=message) + "\n")
        sys.stderr.flush()


def notify(title: str, text: str) -> bool:
    """Shows a notification; False where that cannot be done from here. Plain text. May take seconds: not on a loop.

    https://specifications.freedesktop.org/notification-spec/latest/protocol.html
    """
    if sys.platform != "linux":
        return False
    from jeepney import (  # type: ignore[import-untyped]  # noqa: PLC0415 - once an hour
        DBusAddress,
        DBusErrorResponse,
        new_method_call,
    )
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]  # noqa: PLC0415
    from jeepney.wrappers import unwrap_msg  # type: ignore[import-untyped]  # noqa: PLC0415

    place = DBusAddress(
        "/org/freedesktop/Notifications",
        bus_name="org.freedesktop.Notifications",
        interface="org.freedesktop.Notifications",
    )
    hints = {"desktop-entry": ("s", APPLICATION.lower())}
    actions: list[str] = []
    body = (APPLICATION, 0, APPLICATION.lower(), title, text, actions, hints, -1)
    try:
        with open_dbus_connection(bus="SESSION") as connection:
            call = new_method_call(place, "Notify", "susssasa{sv}i", body)
            unwrap_msg(connection.send_and_get_reply(call, timeout=ANSWER_S))
    except (OSError, KeyError, ValueError, DBusErrorResponse) as exc:  # no desktop, or one without notifications
        log.info("no notification: %s", type(exc).__name__)
        return False
    return True
