"""Takes samples into a data set: chooses, reads each picture once, puts it in place, and writes its row.

It may be killed at any moment and goes on where it was: rows are committed a few hundred at a time, a row only after
its file, and pictures that have a row are not read again. What it goes on with is compared with what it began with; a
source that has changed in between is begun anew by the caller (SamplesChangedError).

The same picture twice, byte for byte, is kept once. Where the second says something about classes that the first was
not looked through for (a set of faces and a set of plates that share pictures), that is taken over; where both speak of
a class, the first is believed.
"""

import hashlib
import math
import warnings
from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.core.files import as_output_error, require_free_space
from pyroblur_gui.core.system import usable_cores
from pyroblur_gui.datasets.choice import chosen
from pyroblur_gui.datasets.classes import LEFT_OUT, ClassMap, ordered
from pyroblur_gui.datasets.dataset import Box, Dataset, Picture, Provenance
from pyroblur_gui.datasets.layout import IMAGES
from pyroblur_gui.datasets.reading import Reading, read_into
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Sample, SampleBox, Scale
from pyroblur_gui.datasets.spec import IntakeOptions
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Log
from pyroblur_gui.jobs.meter import Meter

AT_ONCE = 200  # pictures a transaction
UNREADABLE = "unreadable"  # where the rows of pictures that cannot be read say that their file lies: there is none
_AHEAD = 4  # pictures a thread that may be read before they are wanted
_SPARE_BYTES = 50_000_000
_BYTES_A_ROW = 8192  # in the database and as a label file, which takes a whole block
_DIGEST = "intake"


class SamplesChangedError(DatasetError):
    """The samples are not those that an earlier, unfinished run has begun with."""


def take_in(
    samples: Iterable[Sample],
    *,
    dataset: Dataset,
    provenance: Provenance,
    options: IntakeOptions,
    labels: Collection[str] | None,
    context: Context,
    links: Path | None = None,
) -> None:
    """Takes in the samples of one source; returns at once where that was done before.

    labels: the source's names of the classes that were looked for, for samples that do not say it themselves; None or
    empty: those that occur in its boxes. links: a folder of PyroBlur's own: pictures from there are hard-linked.
    Pictures are put into the split that their sample names, or none. Emits Progress (stage "read"), Log.
    Raises SamplesChangedError, DiskFullError, OutputError, JobCancelledError, and what iterating the samples raises.
    """
    listed = _Listed.of(samples, context)
    source = dataset.add_provenance(provenance)
    _check_unchanged(dataset, source, listed.digest)
    naming = _Naming(dataset, ClassMap(options.classes), listed, labels or listed.labels)
    wanted = chosen(
        naming.classes_of(listed.samples),
        most=options.max_samples,
        seed=options.seed,
        most_in_all=options.max_pictures,
    )
    there = _names_done(dataset, source, listed.samples)
    todo = [sample for sample in listed.samples if sample.name in wanted and _stored(sample.name) not in there]
    _require_room(dataset.folder, todo, links)
    meter = Meter(context, "read", total=len(wanted), unit="pictures", start=len(wanted) - len(todo))
    rows = _Rows(dataset, source, naming)
    done = len(wanted) - len(todo)
    for sample, reading in _readings(dataset.folder, todo, links):
        context.check_cancelled()
        rows.put(sample, reading)
        done += 1
        meter.at(done)
    rows.flush()
    meter.finish(done)
    for text in rows.remarks(provenance.title):
        context.emit(Log(level="warning", text=text))


def finish_intake(dataset: Dataset) -> None:
    """Once all sources are taken in: deletes what only served to go on with.

    That is the notes on what the samples were, and picture files that no row names: a killed job leaves those of its
    last, uncommitted rows. Raises OutputError.
    """
    known = {row[0] for row in dataset.database.execute("SELECT file FROM pictures")}
    try:
        for folder in (dataset.folder / IMAGES).glob("*"):
            for path in folder.iterdir():
                if f"{IMAGES}/{folder.name}/{path.name}" not in known:
                    path.unlink()
    except OSError as exc:
        raise as_output_error(exc, dataset.folder / IMAGES) from exc
    dataset.database.execute("DELETE FROM facts WHERE name LIKE ?", (f"{_DIGEST}:%",))


# -- what there is to take in


@dataclass(frozen=True)
class _Listed:
    """All samples of a source. labels: all names that its boxes have. digest: of all that would come of them."""

    samples: list[Sample]
    labels: frozenset[str]
    digest: str

    @classmethod
    def of(cls, samples: Iterable[Sample], context: Context) -> "_Listed":
        by_name: dict[str, Sample] = {}
        labels: set[str] = set()
        digest = hashlib.blake2b(digest_size=16)
        for sample in samples:
            context.check_cancelled()
            if sample.name in by_name:
                continue
            by_name[sample.name] = sample
            labels.update(box.label for box in sample.boxes)
            said = (sample.name, sample.boxes, sample.scale, sample.split, sorted(sample.labels or ()), sample.flaws)
            digest.update(repr((said, _state(sample.picture))).encode("utf-8", "surrogatepass"))
        return cls(list(by_name.values()), frozenset(labels), digest.hexdigest())


def _state(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return (0, 0)
    return (facts.st_size, facts.st_mtime_ns)


def _check_unchanged(dataset: Dataset, source: int, digest: str) -> None:
    name = f"{_DIGEST}:{source}"
    try:
        before = dataset.fact(name)
    except KeyError:
        dataset.keep_fact(name, digest)
        return
    if before != digest:
        message = "The source has changed since this data set was begun."
        raise SamplesChangedError(message, hint="Run it again: it is begun anew.", path=dataset.folder)


def _names_done(dataset: Dataset, source: int, samples: Iterable[Sample]) -> set[str]:
    """Names that need not be read again.

    Rows are forgotten whose file is not there in its full size (a power cut kept the row and lost the file), and those
    of pictures that could not be read and have another size by now.
    """
    now = {_stored(sample.name): sample.picture for sample in samples}
    torn = []
    for picture in dataset.every_picture():
        path = now.get(picture.name) if picture.error else dataset.path(picture)
        if picture.source == source and path is not None and _state(path)[0] != picture.size_bytes:
            torn.append(picture.id)
    if torn:
        with dataset.transaction():
            for table, column in (("boxes", "picture"), ("pictures", "id")):
                dataset.database.executemany(f"DELETE FROM {table} WHERE {column} = ?", ((each,) for each in torn))  # noqa: S608
    return dataset.names(source)


def _require_room(folder: Path, samples: Sequence[Sample], links: Path | None) -> None:
    needed = _SPARE_BYTES + len(samples) * _BYTES_A_ROW
    if links is None or folder.stat().st_dev != links.stat().st_dev:
        needed += sum(_state(sample.picture)[0] for sample in samples)
    require_free_space(folder, needed)


def _stored(name: str) -> str:
    """The name as SQLite can keep it: what is no text (a file's name may be any bytes) is written as an escape."""
    return name.encode("utf-8", "surrogatepass").decode("utf-8", "backslashreplace")


# -- classes


class _Naming:
    """From the source's names of classes to the data set's ids."""

    def __init__(self, dataset: Dataset, mapping: ClassMap, listed: _Listed, labels: Collection[str]) -> None:
        self._mapping = mapping
        named = {*listed.labels, *labels, *(name for each in listed.samples for name in each.labels or ())}
        dataset.add_classes(ordered([mapping.ours(name) for name in named]))
        self._ids = {name: number for number, name in enumerate(dataset.classes)}
        self._labelled = self._ids_of(labels)
        self._known: dict[frozenset[str], frozenset[int]] = {}

    def classes_of(self, samples: Iterable[Sample]) -> Iterator[tuple[str, frozenset[str]]]:
        for sample in samples:
            ours = {self._mapping.ours(box.label) for box in sample.boxes}
            yield sample.name, frozenset(ours - {LEFT_OUT})

    def id(self, label: str) -> int | None:
        """None for a class that is left out."""
        return self._ids.get(self._mapping.ours(label))

    def labelled(self, sample: Sample) -> frozenset[int]:
        if sample.labels is None:
            return self._labelled
        if sample.labels not in self._known:
            self._known[sample.labels] = self._ids_of(sample.labels)
        return self._known[sample.labels]

    def _ids_of(self, labels: Collection[str]) -> frozenset[int]:
        return frozenset(number for label in labels if (number := self.id(label)) is not None)


# -- reading


def _readings(folder: Path, samples: Iterable[Sample], links: Path | None) -> Iterator[tuple[Sample, Reading]]:
    """Each sample and what its picture is, in order; a few are read ahead in threads."""
    threads = max(2, usable_cores())
    waiting: deque[tuple[Sample, Future[Reading]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="read")
    # Pillow warns of odd metadata, which nobody asked for. Set here, once: the filters are the whole process's.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for sample in samples:
                waiting.append((sample, pool.submit(read_into, folder, sample.picture, name=sample.name, links=links)))
                if len(waiting) > threads * _AHEAD:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            pool.shutdown(cancel_futures=True)


def _next(waiting: deque[tuple[Sample, Future[Reading]]]) -> tuple[Sample, Reading]:
    sample, reading = waiting.popleft()
    return sample, reading.result()


# -- rows


class _Rows:
    """Writes rows, a few hundred at a time."""

    def __init__(self, dataset: Dataset, source: int, naming: _Naming) -> None:
        self._dataset = dataset
        self._source = source
        self._naming = naming
        self._new: dict[str, Picture] = {}  # by the hash of the file, or by a name of its own
        self._merged: dict[int, Picture] = {}
        self._counts: Counter[str] = Counter()

    def put(self, sample: Sample, reading: Reading) -> None:
        picture = self._picture(sample, reading)
        if picture.error:
            self._counts["unreadable"] += 1
            self._new[picture.file] = picture
        elif (same := self._same(picture)) is not None:
            self._join(same, picture)
        else:
            self._new[picture.sha256] = picture
        if len(self._new) + len(self._merged) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        with self._dataset.transaction():
            self._dataset.replace(list(self._merged.values()))
            self._dataset.add(list(self._new.values()))
        self._new.clear()
        self._merged.clear()

    def remarks(self, title: str) -> Iterator[str]:
        unreadable, twice, differ = (self._counts[name] for name in ("unreadable", "twice", "differ"))
        if unreadable:
            yield f"Pictures of {title} that cannot be read: {unreadable}. The check lists them; none is trained on."
        if twice:
            yield f"Pictures of {title} that equal others, byte for byte: {twice}. Each is kept once."
        if differ:
            yield f"Pictures of {title} that came twice with different boxes: {differ}. The first boxes are kept."

    def _picture(self, sample: Sample, reading: Reading) -> Picture:
        boxes, flaws = self._boxes(sample, reading)
        name = _stored(sample.name)
        own = hashlib.blake2b(f"{self._source}\0{name}".encode(), digest_size=16).hexdigest()
        return Picture(
            id=0,
            file=reading.file or f"{IMAGES}/{UNREADABLE}/{own}",
            name=name,
            source=self._source,
            width=reading.width,
            height=reading.height,
            size_bytes=reading.size_bytes,
            sha256=reading.sha256,
            likeness=reading.likeness,
            split=None if reading.error else sample.split,
            labelled=self._naming.labelled(sample),
            boxes=boxes,
            flaws=(*sample.flaws, *flaws),
            error=reading.error,
        )

    def _boxes(self, sample: Sample, reading: Reading) -> tuple[tuple[Box, ...], list[Flaw]]:
        """Boxes in fractions of the upright picture; none of a picture that cannot be read."""
        if reading.error:
            return (), []
        across, down = (reading.width, reading.height) if sample.scale is Scale.PIXELS else (1, 1)
        boxes, flaws = [], []
        for box in sample.boxes:
            label = self._naming.id(box.label)
            if label is None:
                continue
            if not all(math.isfinite(edge) for edge in _edges(box)):
                flaws.append(Flaw(FlawKind.UNREADABLE_LABEL, "A box has an edge that is no number."))
                continue
            left, right, top, bottom = box.left / across, box.right / across, box.top / down, box.bottom / down
            boxes.append(Box(label, left, top, right, bottom, box.origin, box.score))
        return tuple(boxes), flaws

    def _same(self, picture: Picture) -> Picture | None:
        """The picture that is here already with the same bytes."""
        if picture.sha256 in self._new:
            return self._new[picture.sha256]
        row = self._dataset.database.execute(
            "SELECT id FROM pictures WHERE sha256 = ? AND error = '' ORDER BY id LIMIT 1", (picture.sha256,)
        ).fetchone()
        return None if row is None else self._merged.get(row[0]) or self._dataset.picture(row[0])

    def _join(self, first: Picture, second: Picture) -> None:
        self._counts["twice"] += 1
        if second.file != first.file:
            self._dataset.path(second).unlink(missing_ok=True)
        both = first.labelled & second.labelled
        if _truth(first.boxes, both) != _truth(second.boxes, both):
            self._counts["differ"] += 1
        added = second.labelled - first.labelled
        if not added:
            return
        boxes = (*first.boxes, *(box for box in second.boxes if box.label in added))
        joined = replace(first, boxes=boxes, labelled=first.labelled | added)
        if first.id:
            self._merged[first.id] = joined
        else:
            self._new[first.sha256] = joined


def _edges(box: SampleBox) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def _truth(boxes: Iterable[Box], labels: frozenset[int]) -> list[tuple[float, ...]]:
    """The boxes of these classes, to be compared."""
    return sorted(
        (box.label, *(round(edge, 6) for edge in (box.left, box.top, box.right, box.bottom)))
        for box in boxes
        if box.is_truth and box.label in labels
    )
