"""Open Images V7: human faces and vehicle registration plates out of nine million photographs, without a key.

The box tables are gigabytes: they are read as they come and only the rows of the two classes are kept. Pictures are
then chosen, and only the chosen ones fetched.

What was looked for: Open Images draws boxes only for classes that people confirmed to be in a picture, and then for all
of its instances, but for crowds, which get one box (IsGroupOf). So a picture counts as labelled for the classes that it
has boxes of, without those of which it has a crowd. That it shows nothing of the other class, nobody says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.core.files import require_free_space
from pyroblur_gui.datasets.choice import chosen
from pyroblur_gui.datasets.classes import LEFT_OUT, ClassMap
from pyroblur_gui.datasets.sample import Sample, SampleBox, Split
from pyroblur_gui.datasets.sources.open_images_tables import keep_table
from pyroblur_gui.datasets.sources.source import Gathering, Licence, Need, SourceFacts
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.net.download import Download

TABLES_ADDRESS = "https://storage.googleapis.com/openimages"
PICTURES_ADDRESS = "https://open-images-dataset.s3.amazonaws.com"
TABLES = {
    "train": "v6/oidv6-train-annotations-bbox.csv",
    "validation": "v5/validation-annotations-bbox.csv",
    "test": "v5/test-annotations-bbox.csv",
}
LABELS = {"/m/0dzct": "Human face", "/m/01jfm_": "Vehicle registration plate"}
PICTURE_BYTES = 300_000  # about
_SPLITS = {"train": Split.TRAIN, "validation": Split.VAL, "test": Split.TEST}
_CHANGED = "The source may have changed: look at its own web page."

FACTS = SourceFacts(
    name="open_images",
    title="Open Images V7",
    summary="Photographs from Flickr, from all over the world, with faces and licence plates marked by people. Most "
    "pictures are marked for one of both only; the other one is then taken as not labelled. To choose, a few "
    "gigabytes of tables are read, and little of them is kept.",
    classes=(FACE, LICENSE_PLATE),
    licence=Licence(
        name="CC BY 4.0 (boxes), CC BY 2.0 (pictures)",
        summary="You may use, change and pass on boxes and pictures, also for money, if you name who made them: Google "
        "for the boxes, the photographer for each picture, whom the picture's number leads to at Open Images.",
        url="https://storage.googleapis.com/openimages/web/factsfigures_v7.html",
    ),
    citation="@article{OpenImages, title={The Open Images Dataset V4}, author={Kuznetsova, Alina and Rom, Hassan and "
    "Alldrin, Neil and Uijlings, Jasper and Krasin, Ivan and Pont-Tuset, Jordi and Kamali, Shahab and Popov, Stefan "
    "and Malloci, Matteo and Kolesnikov, Alexander and Duerig, Tom and Ferrari, Vittorio}, journal={IJCV}, "
    "year={2020}}",
    homepage="https://storage.googleapis.com/openimages/web/index.html",
    needs=frozenset({Need.NETWORK}),
)


@dataclass(frozen=True)
class OpenImagesSource:
    """Where the tables and the pictures are; the real places unless told otherwise."""

    tables_address: str = TABLES_ADDRESS
    pictures_address: str = PICTURES_ADDRESS

    @property
    def facts(self) -> SourceFacts:
        return FACTS

    def gather(self, gathering: Gathering) -> Iterator[Sample]:
        labels = _wanted_labels(gathering)
        tables = {part: self._table(part, gathering) for part in TABLES}
        pictures = {name: kinds for part in TABLES for name, kinds in _pictures(part, tables[part], labels)}
        options = gathering.options
        ours = {label: ClassMap(options.classes).ours(label) for label in labels}
        listed = ((name, frozenset(ours[label] for label in shown)) for name, shown in pictures.items())
        wanted = sorted(chosen(listed, most=options.max_samples, seed=options.seed))
        text = f"Open Images has {len(pictures):,} pictures with what is wanted; {len(wanted):,} of them are chosen."
        gathering.context.emit(Log(level="info", text=text))
        there = self._fetch(wanted, gathering)
        boxes = {name: found for part in TABLES for name, found in _boxes(part, tables[part], there, labels)}
        for name in there:
            yield _sample(gathering.folder / name, name, boxes[name])

    def _table(self, part: str, gathering: Gathering) -> Path:
        """The rows of the two classes, kept in a small table of our own."""
        text = f"Reading the boxes of Open Images ({part}); those of other things are not kept."
        gathering.context.emit(Log(level="info", text=text))
        return keep_table(
            f"{self.tables_address}/{TABLES[part]}",
            gathering.folder / f"{part}-boxes.csv",
            codes=tuple(LABELS),
            downloader=gathering.downloader,
        )

    def _fetch(self, names: list[str], gathering: Gathering) -> list[str]:
        """Names of the pictures that are there; the few that Open Images has lost are left out."""
        downloads = [
            Download(f"{self.pictures_address}/{name}", gathering.folder / name, may_be_missing=True) for name in names
        ]
        missing = sum(1 for download in downloads if not download.path.is_file())
        require_free_space(gathering.folder, missing * PICTURE_BYTES)
        there = set(gathering.downloader.fetch(downloads))
        lost = len(names) - len(there)
        if lost * 2 > len(names):
            message = f"Open Images gave only {len(there):,} of {len(names):,} pictures."
            raise SourceError(message, hint=_CHANGED)
        if lost:
            text = f"{lost:,} of {len(names):,} pictures are no longer at Open Images and were left out."
            gathering.context.emit(Log(level="warning", text=text))
        return [name for name, download in zip(names, downloads, strict=True) if download.path in there]


@dataclass(frozen=True, slots=True)
class _Row:
    """One box of our own table. is_group: a crowd under one box, which is no box of a face."""

    picture: str
    label: str
    edges: tuple[float, float, float, float]
    is_group: bool


def _wanted_labels(gathering: Gathering) -> frozenset[str]:
    mapping = ClassMap(gathering.options.classes)
    labels = frozenset(label for label in LABELS.values() if mapping.ours(label) != LEFT_OUT)
    if not labels:
        message = "Both classes of Open Images are left out, so there is nothing to fetch."
        raise SourceError(message, hint="Keep one of them.")
    return labels


def _rows(table: Path, labels: frozenset[str]) -> Iterator[_Row]:
    with table.open(encoding="utf-8") as file:
        for line in file:
            picture, code, *edges, is_group = line.rstrip("\n").split(",")
            if (label := LABELS[code]) in labels:
                left, top, right, bottom = map(float, edges)
                yield _Row(picture, label, (left, top, right, bottom), is_group == "1")


def _pictures(part: str, table: Path, labels: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Every picture with a box of its own of a wanted class, and the classes of these boxes."""
    kinds = {label: frozenset({label}) for label in labels}
    found: dict[str, frozenset[str]] = {}
    for row in _rows(table, labels):
        if not row.is_group:
            before = found.get(row.picture)
            found[row.picture] = kinds[row.label] if before is None else before | kinds[row.label]
    for picture, shown in found.items():
        yield f"{part}/{picture}.jpg", shown


def _boxes(part: str, table: Path, names: Iterable[str], labels: frozenset[str]) -> Iterator[tuple[str, list[_Row]]]:
    wanted: dict[str, list[_Row]] = {name: [] for name in names if name.startswith(f"{part}/")}
    for row in _rows(table, labels):
        if (rows := wanted.get(f"{part}/{row.picture}.jpg")) is not None:
            rows.append(row)
    yield from wanted.items()


def _sample(path: Path, name: str, rows: list[_Row]) -> Sample:
    boxes = tuple(SampleBox(row.label, *row.edges) for row in rows if not row.is_group)
    crowds = {row.label for row in rows if row.is_group}
    labelled = frozenset(box.label for box in boxes) - crowds
    return Sample(path, name, boxes, split=_SPLITS[name.partition("/")[0]], labels=labelled)
