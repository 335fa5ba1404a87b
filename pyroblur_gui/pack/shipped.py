"""What the installed program brings along to make a training pack with: its own wheel, the exact versions, and uv.

packaging/pack/shipped.py makes that folder, packaging/thin_wheel.py makes it smaller. uv is compressed in it, to a
third, and unpacked when a pack is made.
"""

import lzma
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pyroblur_gui.core.errors import PackError
from pyroblur_gui.core.files import PartFile, sha256, writing
from pyroblur_gui.core.paths import resource
from pyroblur_gui.core.training_part import PACK, SHIPPED_FILE, pack_folder
from pyroblur_gui.pack.wheel import REINSTALL, complete, damaged

OWN_WHEEL = "own"  # in the pack's folder, while a pack is made
UV = "uv.exe" if os.name == "nt" else "uv"


class Shipped(BaseModel):
    """wheel, constraints, uv: names of files in the same folder, with their SHA-256; of uv, that of the program.

    thin_wheel: lies there in place of the wheel, where there is one; the SHA-256 is its own.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str
    wheel: str
    wheel_sha256: str
    constraints: str
    constraints_sha256: str
    packed_uv: str
    uv_sha256: str
    thin_wheel: str = ""

    @property
    def wheel_file(self) -> Path:
        """The whole wheel; put together in the pack's folder where a thin one is shipped. Raises PackError,
        OutputError, DiskFullError.
        """
        if not self.thin_wheel:
            return _file(self.wheel)
        whole = pack_folder() / OWN_WHEEL / self.wheel
        complete(_file(self.thin_wheel), whole)
        return whole

    @property
    def constraints_file(self) -> Path:
        return _file(self.constraints)

    @property
    def uv(self) -> Path:
        """The program, unpacked into the pack's folder, where it is already if a pack was made. Raises PackError."""
        packed, program = _file(self.packed_uv), pack_folder() / UV
        if os.access(program, os.X_OK) and sha256(program) == self.uv_sha256:
            return program
        try:
            data = lzma.decompress(packed.read_bytes())
        except (OSError, lzma.LZMAError) as error:
            raise damaged(packed) from error
        with PartFile(program) as part:
            with writing(program):
                part.path.write_bytes(data)
                part.path.chmod(0o755)
            if sha256(part.path) != self.uv_sha256:
                raise damaged(packed)
            part.commit()
        return program

    def check(self) -> None:
        """Raises PackError unless all of it is there, and what it was when it was packed."""
        for path, expected in (
            (_file(self.thin_wheel or self.wheel), self.wheel_sha256),
            (self.constraints_file, self.constraints_sha256),
        ):
            if sha256(path) != expected:
                raise damaged(path)
        _ = self.uv


def shipped() -> Shipped:
    """Raises PackError where this installation brings nothing along for a training pack, or it is damaged."""
    try:
        path = resource(PACK, SHIPPED_FILE)
    except FileNotFoundError as error:
        message = "This installation of PyroBlur brings nothing along to make a training pack with."
        raise PackError(message, hint="Install the training part: pip install 'pyroblur[train]'") from error
    try:
        return Shipped.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        message = f"{path.name}, which came with PyroBlur, cannot be read."
        raise PackError(message, hint=REINSTALL, path=path) from error


def _file(name: str) -> Path:
    try:
        return resource(PACK, name)
    except FileNotFoundError as error:
        message = f"{name}, which comes with PyroBlur, is missing."
        raise PackError(message, hint=REINSTALL) from error
