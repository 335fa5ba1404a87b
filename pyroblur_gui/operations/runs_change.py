"""Changes runs in the store: into the bin and back, out of it for good, notes and tags."""

from pydantic import JsonValue

from pyroblur_gui.core.errors import RunStoreError
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress, Started
from pyroblur_gui.operations.runs_read import rows_of
from pyroblur_gui.runs.embedded import store_mark
from pyroblur_gui.runs.place import Place, alone, here
from pyroblur_gui.runs.record import keep_logged, logged
from pyroblur_gui.runs.row import OWN_TAGS, Row, chosen
from pyroblur_gui.runs.spec import Change, ChangeSpec
from pyroblur_gui.runs.tracking import Tracking
from pyroblur_gui.training.run import RunFolder

BIN = (Change.RESTORE, Change.ERASE)


def run(spec: ChangeSpec, context: Context) -> dict[str, JsonValue]:
    """{"changed": names}. Raises RunStoreError, StoreAwayError; runs before the one that failed are changed."""
    place = here()
    context.emit(Started(kind=spec.kind, detail={"store": place.title, "change": spec.change.value}))
    _check_tag(spec)
    known = rows_of(place, deleted=spec.change in BIN)
    wanted = chosen(known, spec.runs) if spec.runs else known if spec.change in BIN else []
    if not wanted:
        return {"changed": []}
    with alone():
        tracking = Tracking(place)
        for number, row in enumerate(wanted):
            context.check_cancelled()
            context.emit(Progress(stage="change", done=number, total=len(wanted), unit="runs"))
            _change(tracking, place, row, spec)
    return {"changed": [row.name for row in wanted]}


def _change(tracking: Tracking, place: Place, row: Row, spec: ChangeSpec) -> None:
    match spec.change:
        case Change.DELETE:
            tracking.delete(row.id)
        case Change.RESTORE:
            tracking.restore(row.id)
        case Change.ERASE:
            tracking.erase(row.id)
            _forget(place, row)
        case Change.NOTE:
            tracking.set_note(row.id, spec.text)
        case Change.TAG:
            name, _, value = spec.text.partition("=")
            tracking.set_tags(row.id, {name.strip(): value.strip()})
        case Change.UNTAG:
            if spec.text in row.tags:
                tracking.remove_tag(row.id, spec.text)


def _forget(place: Place, row: Row) -> None:
    """The run's own folder, where it is still there, is not logged again."""
    folder = RunFolder.of(row.name).path
    mark = store_mark(place)
    known = logged(folder, mark)
    if known.run == row.id:
        keep_logged(folder, mark, known.model_copy(update={"is_gone": True}))


def _check_tag(spec: ChangeSpec) -> None:
    """Raises RunStoreError for a tag without a name, or with one that MLflow or PyroBlur uses."""
    if spec.change not in (Change.TAG, Change.UNTAG):
        return
    name = spec.text.partition("=")[0].strip()
    if not name or name.startswith(OWN_TAGS):
        message = f"{name!r} cannot be the name of a tag." if name else "The tag has no name."
        raise RunStoreError(message, hint="Write it as NAME=VALUE; names with mlflow. or pyroblur. in front are taken.")
