"""A keyring in a file that several processes share: PYTHON_KEYRING_BACKEND=file_keyring.FileKeyring chooses it."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import PasswordDeleteError

VARIABLE = "PYROBLUR_TEST_KEYRING"


class FileKeyring(KeyringBackend):
    @properties.classproperty
    def priority(cls) -> float:  # noqa: N805 - a property of the class
        """keyring takes the best of all backends that are loaded: this one is only for tests that give it a file."""
        if VARIABLE not in os.environ:
            message = f"{VARIABLE} names no file"
            raise RuntimeError(message)
        return 5

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep(self._kept() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError(username)
        self._keep(kept)

    def _kept(self) -> dict[str, str]:
        path = Path(os.environ[VARIABLE])
        return json.loads(path.read_text()) if path.exists() else {}

    def _keep(self, kept: dict[str, str]) -> None:
        path = Path(os.environ[VARIABLE])
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")  # another process may read meanwhile
        beside.write_text(json.dumps(kept))
        beside.replace(path)
