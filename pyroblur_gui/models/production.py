"""The production model: the one that was promoted, and is used for blurring unless the user chooses another.

One small file, replaced in one step, is what counts; the registry of models (runs/tracking.py) tells others the same.
Light: the window and the command line ask it.
"""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models import catalogue, store

USUAL = "thorough"  # what is used while nothing was promoted
MOST_KEPT = 50


class Promoted(BaseModel):
    """sha256: of the model's file; empty for a shipped one. version: in the registry. decision: file of the record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    sha256: str = ""
    version: str = ""
    decision: str = ""
    at: datetime


class Production(BaseModel):
    """now: None while nothing is promoted. before: what was in production, the newest last; None: nothing was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    now: Promoted | None = None
    before: tuple[Promoted | None, ...] = ()

    def after(self, promoted: Promoted) -> "Production":
        return Production(now=promoted, before=(*self.before, self.now)[-MOST_KEPT:])

    def rolled_back(self) -> "Production":
        """Raises ModelError when nothing was promoted."""
        if not self.before:
            message = "No model was promoted: there is nothing to go back to."
            raise ModelError(message, hint="Promote one first.")
        return Production(now=self.before[-1], before=self.before[:-1])


def production() -> Production:
    """A file that cannot be read says nothing: then the usual model is used."""
    try:
        return Production.model_validate_json(_file().read_bytes())
    except (OSError, ValidationError):
        return Production()


def keep(what: Production) -> None:
    """Raises OutputError."""
    with PartFile(_file()) as part:
        part.path.write_text(what.model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.commit()


def default_model() -> str:
    """The production model while it is there and the one that was promoted; else the usual one."""
    now = production().now
    return now.model if now is not None and is_there(now) else USUAL


def is_there(promoted: Promoted) -> bool:
    if catalogue.is_shipped(promoted.model):
        return True
    try:
        return store.card(promoted.model).sha256 == promoted.sha256
    except ModelError:
        return False


def _file() -> Path:
    return folders().data / "production.json"
