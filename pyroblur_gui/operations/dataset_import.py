"""Makes a data set from folders, zips and tars of the user's own, or from data sets that are there already."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.datasets.dataset import FILE_NAME, Box, Dataset, Picture, Provenance
from pyroblur_gui.datasets.filter import Filter
from pyroblur_gui.datasets.formats.format import Recognised
from pyroblur_gui.datasets.layout import IMAGES
from pyroblur_gui.datasets.sample import Sample, SampleBox
from pyroblur_gui.datasets.sources import folder
from pyroblur_gui.datasets.spec import ImportSpec
from pyroblur_gui.datasets.store import Building
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log, Started
from pyroblur_gui.operations.dataset_making import Making, Part


def run(spec: ImportSpec, context: Context) -> dict[str, JsonValue]:
    """{"name", "path", "images", "boxes", "problems", "fingerprint"}. Raises PyroblurError, JobCancelledError."""
    context.emit(Started(kind=spec.kind, detail={"name": spec.name, "input": [str(path) for path in spec.paths]}))

    def gather(building: Building) -> list[Part]:
        return [
            part for number, path in enumerate(spec.paths) for part in _parts(spec, number, path, building, context)
        ]

    paths = "\n".join(str(path) for path in spec.paths)
    making = Making(spec.name, spec.options, made_of=spec.model_dump_json(), source=paths, adds=spec.adds)
    return making.run(gather, context)


def _parts(spec: ImportSpec, number: int, path: Path, building: Building, context: Context) -> list[Part]:
    found = folder.unpack(path, work=building.work / str(number), context=context)
    for note in found.notes:
        text = note if len(spec.paths) == 1 else f"{folder.title_of(path)}: {note}"
        context.emit(Log(level="warning", text=text))
    if (found.path / FILE_NAME).is_file():
        return _parts_of_dataset(found.path, context)
    title = folder.title_of(path)
    provenance = Provenance(
        source=folder.FACTS.name,
        title=title,
        licence=folder.FACTS.licence.name,
        address=str(path.absolute()),
    )
    links = building.work if found.path.is_relative_to(building.work) else None
    return [Part(provenance, partial(_samples, spec, found, context), spec.labelled or found.classes, links)]


def _samples(spec: ImportSpec, found: Recognised, context: Context) -> Iterator[Sample]:
    """What the user says about which classes were looked for goes before what the files say."""
    for sample in folder.samples(found, context, only_class=spec.only_class):
        yield sample if spec.labelled is None else replace(sample, labels=frozenset(spec.labelled))


def _parts_of_dataset(path: Path, context: Context) -> list[Part]:
    """A data set of PyroBlur's own keeps what it is made of: each of its sources is one of the new data set's."""
    with Dataset.open(path) as dataset:
        provenances = dataset.provenances()
    return [
        Part(replace(each, id=0), partial(_rows, path, each.id, context), labels=None, links=path / IMAGES)
        for each in provenances
    ]


def _rows(path: Path, source: int, context: Context) -> Iterator[Sample]:
    """Its pictures as samples; those that cannot be read stay behind, with those that were removed."""
    with Dataset.open(path) as dataset:
        classes = dataset.classes
        for picture in dataset.every_picture(Filter(sources=(source,))):
            context.check_cancelled()
            if not picture.error:
                yield _sample(dataset, picture, classes)


def _sample(dataset: Dataset, picture: Picture, classes: tuple[str, ...]) -> Sample:
    def named(box: Box) -> SampleBox:
        return SampleBox(classes[box.label], box.left, box.top, box.right, box.bottom, box.origin, box.score)

    return Sample(
        picture=dataset.path(picture),
        name=picture.name,
        boxes=tuple(named(box) for box in picture.boxes if box.label < len(classes)),
        split=picture.split,
        labels=frozenset(classes[label] for label in picture.labelled),
        flaws=picture.flaws,
    )
