"""A mere folder of pictures: nothing is labelled in it, which is not the same as pictures that show nothing."""

from collections.abc import Iterator, Mapping

from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.formats.listing import Listing
from pyroblur_gui.datasets.formats.splits import split_of
from pyroblur_gui.datasets.sample import Sample
from pyroblur_gui.jobs.context import Context

_MAY_BE_LABELS = (".txt", ".xml", ".json", ".csv", ".yaml", ".yml")


class PicturesReader:
    name = "pictures"
    title = "Pictures without labels"

    def recognise(self, listing: Listing) -> Recognised | None:
        if next(listing.pictures_below(""), None) is None:
            return None
        note = (
            "These are pictures without labels. They teach nothing until labels are drawn, or suggested by a model and "
            "accepted by you."
        )
        notes = [note]
        if texts := list(listing.files(*_MAY_BE_LABELS)):
            notes.append(
                f"Files that may be labels, but none that PyroBlur can read: {len(texts):,}, first {texts[0]}."
            )
        return Recognised(self.name, listing.root, listing.count(), notes=tuple(notes))

    def read(self, found: Recognised, context: Context, _options: Mapping[str, str]) -> Iterator[Sample]:
        listing = Listing.of(found.path, quick=False, check_cancelled=context.check_cancelled)
        for path in sorted(listing.pictures_below("")):
            context.check_cancelled()
            yield Sample(listing.path(path), path, split=split_of(path), labels=frozenset())
