"""Trained weights to start a training from: which there are, where they are published, and which lie here already.

The publisher states no checksums, so the first download is taken on trust of its certificate, once: the SHA-256 of what
came is kept beside the file and shown, and from then on only that file is taken for it, whoever serves another one.
Light: the window lists bases with it.
"""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.core.files import PartFile, sha256
from pyroblur_gui.core.paths import folders, resource

CATALOGUE_FILE = "bases.toml"
CHECKSUMS_FILE = "checksums.json"
ENDING = ".pt"
BYTES_A_PARAMETER = 2  # published in half precision


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Base(_Entry):
    """A published network, trained on COCO. parameters: how many it has, by which a file is known."""

    name: str = Field(pattern=r"^[a-z0-9]+$")
    address: str = Field(pattern=r"^https://")
    parameters: int = Field(gt=0)

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or self.address

    @property
    def size_bytes(self) -> int:
        """About what is downloaded; the server tells it exactly."""
        return BYTES_A_PARAMETER * self.parameters


class Published(_Entry):
    """The whole of bases.toml."""

    publisher: str
    licence: str
    homepage: str
    base: tuple[Base, ...]


class Seen(_Entry):
    """What came at the first download."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int
    address: str
    first_seen: datetime


class _Checksums(_Entry):
    seen: dict[str, Seen] = {}


@cache
def published() -> Published:
    return Published.model_validate(tomllib.loads(resource(CATALOGUE_FILE).read_text(encoding="utf-8")))


def names() -> tuple[str, ...]:
    return tuple(base.name for base in published().base)


def find(name: str) -> Base | None:
    return next((base for base in published().base if base.name == name), None)


def base(name: str) -> Base:
    """Raises ModelError for a name that nothing is published under."""
    found = find(name)
    if found is None:
        message = f"No trained weights are published as {name}."
        raise ModelError(message, hint=f"There are: {', '.join(names())}.")
    return found


def folder() -> Path:
    """Where weights to start from are kept, as NAME.pt."""
    return folders().models / "base"


def weights_of(model: str) -> Path:
    """The file of trained weights that a network's name or a path of a .pt file stands for, there or not."""
    path = Path(model)
    return path if path.suffix == ENDING else folder() / f"{model}{ENDING}"


def seen(name: str) -> Seen | None:
    """What the first download of it was; None before. Raises ModelError when the record cannot be read."""
    return _read().seen.get(name)


def keep_seen(name: str, first: Seen) -> None:
    """Raises ModelError, OutputError."""
    kept = _read().seen | {name: first}
    with PartFile(folder() / CHECKSUMS_FILE) as part:
        part.path.write_text(_Checksums(seen=kept).model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.commit()


def check_seen(name: str, found: str) -> None:
    """Raises ModelError unless the file with this SHA-256 is the one of the first download, where there was one."""
    first = seen(name)
    if first is None or first.sha256 == found:
        return
    message = (
        f"The weights {name} are not those that were downloaded first, on {first.first_seen:%Y-%m-%d}: their SHA-256 "
        f"is {found}, not {first.sha256}."
    )
    hint = (
        f"They may have been damaged or tampered with. If {published().publisher} itself says that it published new "
        f"ones, remove the entry {name} from {folder() / CHECKSUMS_FILE}."
    )
    raise ModelError(message, hint=hint, path=weights_of(name))


def check_file(name: str) -> str:
    """The SHA-256 of the weights that lie here. Raises ModelError, also unless they are those of the first download."""
    found = sha256(weights_of(name))
    check_seen(name, found)
    return found


def how_to_get(name: str) -> str:
    """What a user can do who lacks these weights."""
    if find(name) is None:
        return f"Put the file at {weights_of(name)}, give the path of a .pt file, or train from random weights."
    return f"Get them with `pyroblur models download {name}`, or train from random weights (--from-scratch)."


def _read() -> _Checksums:
    path = folder() / CHECKSUMS_FILE
    try:
        return _Checksums.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _Checksums()
    except (OSError, ValidationError) as error:
        message = f"The checksums of downloaded weights cannot be read: {error}"
        raise ModelError(message, hint=f"Remove {path}; the next download is then a first one.", path=path) from error
