"""The gallery's line to the worker that decodes pictures: small ones are kept on disk, large ones come by memory."""

from collections.abc import Sequence

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.datasets.spec import PictureRequest, ThumbnailsRequest, ThumbnailsSpec
from pyroblur_gui.jobs.interactive import InteractiveLane
from pyroblur_gui.jobs.shared_images import read
from pyroblur_gui.ui.pictures import Picture


class PictureError(PyroblurError):
    """The worker's reason why there is no picture."""

    code = "picture"


class PictureLane:
    """Its worker starts with the first request and ends when long unused. Close it before the loop ends."""

    def __init__(self, lane: InteractiveLane | None = None) -> None:
        self._lane = lane or InteractiveLane(ThumbnailsSpec())

    async def make_thumbnails(self, name: str, ids: Sequence[int]) -> set[int]:
        """Has thumbnails made; those of the pictures that cannot have one. Raises PictureError."""
        _, answer = await self._lane.request(ThumbnailsRequest(name=name, pictures=tuple(ids)))
        if answer.error is not None:
            raise PictureError(answer.error.message, hint=answer.error.hint)
        failed = answer.result.get("failed")
        return {number for number in failed if isinstance(number, int)} if isinstance(failed, list) else set()

    async def picture(self, request: PictureRequest) -> Picture:
        """One picture, before all thumbnails that wait. Raises PictureError."""
        preview, answer = await self._lane.request(request, urgent=True)
        if answer.error is not None:
            raise PictureError(answer.error.message, hint=answer.error.hint)
        data = read(preview.image) if preview is not None else None
        if preview is None or data is None:
            message = "The picture did not arrive."
            raise PictureError(message, hint="Go to another picture and back to try again.")
        return Picture(preview.image.width, preview.image.height, data)

    async def close(self) -> None:
        await self._lane.close()
