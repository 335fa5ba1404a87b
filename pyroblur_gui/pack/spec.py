"""Where a training pack is made from: declared once, for the window's form, the command line and the jobs."""

from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.settings import SettingsFile
from pyroblur_gui.jobs.spec import Spec

INDEX = "https://pypi.org/simple"
TORCH_INDEX = "https://download.pytorch.org/whl"
PYTHONS = "https://github.com/astral-sh/python-build-standalone/releases/download"
SETTINGS_FILE = "training-pack.json"
AUTO, PLAIN = "auto", "plain"  # builds of torch: what fits this computer; what the package index has

_LOCAL = {"127.0.0.1", "localhost", "::1"}  # hosts that may be asked without encryption


def _check_address(address: str) -> str:
    address = address.strip().rstrip("/")
    is_local = address.startswith("http://") and urlsplit(address).hostname in _LOCAL
    if address and not is_local and not address.startswith(("https://", "file:///")):
        message = "An address begins with https:// (or file:/// for a folder of this computer)."
        raise ValueError(message)
    return address


Address = Annotated[str, AfterValidator(_check_address)]


class Sources(BaseModel):
    """All empty: from where the packages are published. wheels: a folder that has everything; nothing is fetched."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    index: Address = Field(
        default="",
        title="Package index",
        description="Address of a mirror of the Python Package Index, such as https://mirror.example/simple. "
        "Empty: pypi.org. A name and a password go before the host (https://name:password@mirror.example/simple) and "
        "are kept in the system's keyring.",
        json_schema_extra={"group": "sources"},
    )
    torch_index: Address = Field(
        default="",
        title="PyTorch's index",
        description="Address of a mirror of one of PyTorch's own indexes, such as https://mirror.example/whl/cpu. "
        "Empty: download.pytorch.org; with a package index of your own, that one.",
        json_schema_extra={"group": "sources"},
    )
    torch: str = Field(
        default=AUTO,
        pattern=r"^(auto|plain|cpu|xpu|cu\d{2,3}|rocm\d(\.\d+)*)$",
        title="Build of PyTorch",
        description="auto: what fits this computer. Or cpu, cu130 (CUDA 13.0), rocm7.1 and so on; plain: the one that "
        "the package index has.",
        json_schema_extra={"group": "sources"},
    )
    wheels: Path | None = Field(
        default=None,
        title="Folder of wheels",
        description="A folder that holds all packages as wheels (pip download makes one): the training pack is made "
        "from it, without the network.",
        json_schema_extra={"group": "sources", "widget": "folder", "empty": "None: from the index"},
    )
    python: str = Field(
        default="",
        title="Python",
        description="The Python to use (3.11 to 3.13): the path of its program, or its version. Empty: the first one "
        "found on this computer, else one is fetched.",
        json_schema_extra={"group": "sources"},
    )
    python_mirror: Address = Field(
        default="",
        title="Mirror for Python",
        description="Where Python is fetched from when this computer has none that fits. Empty: github.com "
        "(python-build-standalone).",
        json_schema_extra={"group": "sources"},
    )

    @property
    def is_default(self) -> bool:
        """Whether packages come from where they are published."""
        return not self.index and self.wheels is None


def sources_file() -> SettingsFile[Sources]:
    return SettingsFile(folders().settings / SETTINGS_FILE, Sources)


class PackPlanSpec(Spec):
    """Find out what a training pack would fetch, and from where: asks the index, fetches no package."""

    kind: ClassVar[str] = "pack_plan"
    sources: Sources = Sources()


class PackInstallSpec(Spec):
    """Make the training pack, or bring it up to date, once the user agreed to that."""

    kind: ClassVar[str] = "pack_install"
    sources: Sources = Sources()
    has_accepted: bool = False


class PackCheckSpec(Spec):
    """Look at every file of the training pack, and load what a training loads."""

    kind: ClassVar[str] = "pack_check"


class PackRemoveSpec(Spec):
    """Delete the training pack and what was fetched for it."""

    kind: ClassVar[str] = "pack_remove"
