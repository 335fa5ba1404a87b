"""The note of a promotion that is under way: what there is to take back where it breaks off."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders


class PromotionNote(BaseModel):
    """store: that it is made in. was: the version that had the alias before. decision: file of the new record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: str
    alias: str
    was: str | None
    decision: str


def keep(note: PromotionNote) -> None:
    """Raises OutputError."""
    with PartFile(_file()) as part:
        part.path.write_text(note.model_dump_json(indent=2) + "\n", encoding="utf-8")
        part.commit()


def read() -> PromotionNote | None:
    """None where none is under way, or broke off."""
    try:
        return PromotionNote.model_validate_json(_file().read_bytes())
    except (OSError, ValidationError):
        return None


def forget() -> None:
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return folders().data / "promotion.json"
