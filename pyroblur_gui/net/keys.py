"""Access keys and logins of the user's, kept in the system's keyring: in no file of ours, no log, no message.

Where there is no keyring (a server, a container), a key comes from an environment variable instead. A variable that is
set wins: it is how one command is given another key.
"""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from pydantic import SecretStr

from pyroblur_gui.core.errors import AccessError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "PyroBlur"
_LEAST_PRIORITY = 1  # below are those that keep nothing, or keep it readable in a file
_LONGEST = 512


def variable_of(source: str) -> str:
    """The environment variable that gives the key of a source, e.g. ROBOFLOW_API_KEY, PYROBLUR_INDEX_LOGIN."""
    return source.upper() if source.endswith("_login") else f"{source.upper()}_API_KEY"


def get_key(source: str) -> SecretStr | None:
    """None when there is none. Raises AccessError when the keyring is locked and the user does not open it."""
    if text := os.environ.get(variable_of(source), "").strip():
        return SecretStr(text)
    backend = _backend()
    if backend is None:
        return None
    from keyring.errors import KeyringError  # noqa: PLC0415 - see _backend

    try:
        kept = backend.get_password(SERVICE, source)
    except (KeyringError, OSError):
        message = "The system's keyring, which keeps the access key, could not be opened."
        raise AccessError(message, hint=f"Unlock it, or give the key by {variable_of(source)}.") from None
    return SecretStr(kept) if kept else None


def has_key(source: str) -> bool:
    """Whether there is a key, as far as can be told. Raises nothing."""
    try:
        return get_key(source) is not None
    except AccessError:
        return False


def is_from_environment(source: str) -> bool:
    """Whether the environment gives the key, so that keeping or forgetting one changes nothing now."""
    return bool(os.environ.get(variable_of(source), "").strip())


def can_keep() -> bool:
    """Whether there is a keyring to keep keys in."""
    return _backend() is not None


def keep_key(source: str, key: SecretStr) -> None:
    """Raises AccessError when it is no key or there is no keyring to put it in."""
    text = key.get_secret_value().strip()
    if not text or len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        message = "This is not an access key."
        raise AccessError(message, hint="Copy the key again: it is one word of letters and digits.")
    backend = _backend()
    if backend is None:
        message = "This system has no keyring, so the access key was not kept."
        raise AccessError(message, hint=f"Set the variable {variable_of(source)} before starting PyroBlur.")
    from keyring.errors import KeyringError  # noqa: PLC0415 - see _backend

    try:
        backend.set_password(SERVICE, source, text)
    except (KeyringError, OSError):
        message = "The system's keyring did not take the access key."
        raise AccessError(message, hint=f"Unlock it, or give the key by {variable_of(source)}.") from None


def forget_key(source: str) -> None:
    """Takes the key out of the keyring; nothing happens when there is none. Raises AccessError when it stays there."""
    backend = _backend()
    if backend is None:
        return
    from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415 - see _backend

    try:
        with suppress(PasswordDeleteError):  # there is none
            backend.delete_password(SERVICE, source)
        is_kept = backend.get_password(SERVICE, source) is not None
    except (KeyringError, OSError):
        is_kept = True
    if is_kept:
        message = "The access key could not be taken out of the system's keyring."
        raise AccessError(message, hint=f"Unlock the keyring, or delete the entry {SERVICE} there.") from None


def _backend() -> "KeyringBackend | None":
    """The system's keyring; None where there is none that keeps secrets secret."""
    import keyring  # noqa: PLC0415 - 150 ms, which only those pay who use a key

    backend = keyring.get_keyring()
    try:
        return backend if backend.priority >= _LEAST_PRIORITY else None
    except RuntimeError:  # its way of saying that it does not work here
        return None
