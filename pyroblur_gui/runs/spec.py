"""Specs of what can be done with runs. Light: the doors read them to fill them in."""

from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pyroblur_gui.jobs.spec import Spec


class SyncSpec(Spec):
    """Log what the store of runs lacks of the trainings on this computer."""

    kind: ClassVar[str] = "runs_sync"


class ListSpec(Spec):
    """The runs, the newest first, after a sync. deleted: those in the bin."""

    kind: ClassVar[str] = "runs_list"
    deleted: bool = False


class ShowSpec(Spec):
    """Runs with the course of their figures, to compare them. runs: names or ids."""

    kind: ClassVar[str] = "runs_show"
    runs: tuple[str, ...]


class Change(StrEnum):
    DELETE = "delete"  # into the bin
    RESTORE = "restore"
    ERASE = "erase"  # for good
    NOTE = "note"
    TAG = "tag"
    UNTAG = "untag"


class ChangeSpec(Spec):
    """Change runs. text: the note, or the tag as NAME=VALUE (to take one away: NAME). No runs: all in the bin."""

    kind: ClassVar[str] = "runs_change"
    change: Change
    runs: tuple[str, ...] = ()
    text: str = ""


class Alias(StrEnum):
    CANDIDATE = "candidate"
    PRODUCTION = "production"


class PromoteSpec(Spec):
    """Promote a model, or (is_draft) only write the record that a promotion would keep.

    rules: goals and limits. alternatives: models to compare it with. benchmark: folder of the benchmark with the
    figures; None: the newest that has this model. record: the edited Markdown; empty: as it is filled in.
    reason: why it is promoted although it falls short.
    """

    kind: ClassVar[str] = "promote"
    model: str
    alias: Alias = Alias.PRODUCTION
    rules: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    benchmark: Path | None = None
    record: str = ""
    reason: str = ""
    is_draft: bool = False


class RollBackSpec(Spec):
    """Go back to the model that was in production before."""

    kind: ClassVar[str] = "roll_back"


class PagesSpec(Spec):
    """Serve MLflow's own pages of the store, on this computer only, until it is cancelled."""

    kind: ClassVar[str] = "mlflow_pages"


class RegistrySpec(Spec):
    """Which models were promoted, and which version each alias stands for."""

    kind: ClassVar[str] = "registry"
