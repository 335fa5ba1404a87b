"""The interactive lane of a gallery: makes thumbnails, and shows one picture large.

What goes wrong with one request is its answer; the lane goes on.
"""

from pydantic import JsonValue, TypeAdapter, ValidationError

from pyroblur_gui.core.errors import DatasetError, JobCancelledError, UnreadableMediaError
from pyroblur_gui.core.system import give_way_to_window
from pyroblur_gui.datasets.spec import PictureRequest, ThumbnailsRequest, ThumbnailsSpec
from pyroblur_gui.datasets.store import open_dataset
from pyroblur_gui.datasets.thumbnails import Thumbnails, small_picture
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Answer
from pyroblur_gui.jobs.failure import failure_of, failure_of_spec

_requests: TypeAdapter[ThumbnailsRequest | PictureRequest] = TypeAdapter(ThumbnailsRequest | PictureRequest)


def run(spec: ThumbnailsSpec, context: Context) -> dict[str, JsonValue]:
    """Answers requests until there are no more. Raises JobCancelledError."""
    give_way_to_window()
    answered = 0
    while (request := context.next_request()) is not None:
        number, body = request
        context.emit(_answer(spec, number, body, context))
        answered += 1
    return {"answered": answered}


def _answer(spec: ThumbnailsSpec, number: int, body: dict[str, JsonValue], context: Context) -> Answer:
    try:
        request = _requests.validate_python(body)
        if isinstance(request, ThumbnailsRequest):
            return Answer(request=number, result=_make(request, context))
        return Answer(request=number, result=_show(number, request, context))
    except JobCancelledError:
        raise
    except ValidationError as error:
        return Answer(request=number, error=failure_of_spec(spec.kind, error))
    except Exception as error:  # noqa: BLE001 - one bad file must not end the lane: what failed is the answer
        return Answer(request=number, error=failure_of(error))


def _make(request: ThumbnailsRequest, context: Context) -> dict[str, JsonValue]:
    with open_dataset(request.name) as dataset, Thumbnails(request.name) as kept:
        made, failed = kept.make(dataset, dataset.pictures(request.pictures), check_cancelled=context.check_cancelled)
    gone = set(request.pictures) - {*made, *failed}
    return {"made": [*made], "failed": [*failed, *sorted(gone)]}


def _show(number: int, request: PictureRequest, context: Context) -> dict[str, JsonValue]:
    """The picture by shared memory, and {"width", "height"} of the file."""
    with open_dataset(request.name) as dataset:
        try:
            picture = dataset.picture(request.picture)
        except KeyError as exc:
            message = f"There is no picture {request.picture} in the data set {request.name}."
            raise DatasetError(message, hint="Look at the data set anew.") from exc
        path = dataset.path(picture)
    try:
        small = small_picture(path, request.width, request.height)
    except (OSError, ValueError, SyntaxError) as exc:
        message = f"{picture.name} cannot be shown: {exc}."
        raise UnreadableMediaError(message, hint="Check the data set: it tells what is wrong.", path=path) from exc
    context.answer(
        number, rgb=small.tobytes(), covered=None, width=small.width, height=small.height, frame=0, time_s=0.0, boxes=()
    )
    return {"width": picture.width, "height": picture.height}
