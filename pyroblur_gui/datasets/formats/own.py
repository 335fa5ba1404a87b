"""A data set of PyroBlur's own as input: to join several into one, or to take one over from another machine."""

from collections.abc import Iterator, Mapping

from pyroblur_gui.datasets.dataset import FILE_NAME, Dataset, Picture
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.formats.listing import Listing
from pyroblur_gui.datasets.sample import Sample, SampleBox
from pyroblur_gui.jobs.context import Context


class OwnReader:
    """Keeps what other formats cannot say: where boxes come from, which classes were looked for, what was wrong.

    Names begin with where a picture was from, since two sources may call their pictures the same.
    """

    name = "pyroblur"
    title = "PyroBlur data set"

    def recognise(self, listing: Listing) -> Recognised | None:
        path = next((path for path in listing.files(FILE_NAME) if path.count("/") <= 1), None)
        if path is None:
            return None
        if not listing.is_on_disk:
            return Recognised(self.name, listing.root, listing.count(path.removesuffix(FILE_NAME).rstrip("/")))
        folder = listing.path(path).parent
        with Dataset.open(folder) as dataset:
            return Recognised(self.name, folder, len(dataset.ids()), dataset.classes)

    def read(self, found: Recognised, context: Context, _options: Mapping[str, str]) -> Iterator[Sample]:
        with Dataset.open(found.path) as dataset:
            classes = dataset.classes
            sources = {each.id: f"{each.id}-{each.source}" for each in dataset.provenances()}
            for picture in dataset.every_picture():
                context.check_cancelled()
                yield _sample(dataset, picture, classes, sources.get(picture.source, str(picture.source)))


def _sample(dataset: Dataset, picture: Picture, classes: tuple[str, ...], source: str) -> Sample:
    boxes = tuple(
        SampleBox(classes[box.label], box.left, box.top, box.right, box.bottom, box.origin, box.score)
        for box in picture.boxes
    )
    return Sample(
        dataset.path(picture),
        f"{source}/{picture.name}",
        boxes,
        split=picture.split,
        labels=frozenset(classes[label] for label in picture.labelled),
        flaws=picture.flaws,
    )
