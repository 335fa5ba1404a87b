"""What importing and downloading share: from samples to a data set under its name, or nothing under that name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.classes import MAIN_CLASSES
from pyroblur_gui.core.errors import DatasetError
from pyroblur_gui.datasets import layout, store
from pyroblur_gui.datasets.copying import copy_dataset
from pyroblur_gui.datasets.dataset import Dataset, Picture, Provenance
from pyroblur_gui.datasets.fingerprint import fingerprint
from pyroblur_gui.datasets.intake import SamplesChangedError, finish_intake, take_in
from pyroblur_gui.datasets.sample import Sample, Split
from pyroblur_gui.datasets.spec import IntakeOptions, SplitOptions
from pyroblur_gui.datasets.split import split
from pyroblur_gui.datasets.stats import summary
from pyroblur_gui.datasets.store import Building
from pyroblur_gui.datasets.validate import problems_of
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Progress
from pyroblur_gui.jobs.meter import Meter


@dataclass(frozen=True)
class Part:
    """Samples of one source. labels, links: as take_in has them."""

    provenance: Provenance
    samples: Callable[[], Iterator[Sample]]
    labels: Sequence[str] | None = None
    links: Path | None = None


@dataclass(frozen=True)
class Making:
    """What is to be made. made_of, source: as Building has them. adds: to the data set of that name."""

    name: str
    options: IntakeOptions
    made_of: str
    source: str
    adds: bool

    def run(self, gather: Callable[[Building], Sequence[Part]], context: Context) -> dict[str, JsonValue]:
        """gather: what is taken in, in this order; it may download and extract into Building.work.

        Returns what stats.summary says. Raises PyroblurError, JobCancelledError.
        """
        base = self._base()
        with Building(self.name, made_of=f"{self.made_of}\n{base}", source=self.source) as building:
            parts = gather(building)
            try:
                self._fill(building, parts, context)
            except SamplesChangedError:
                building.begin_anew()
                self._fill(building, parts, context)
            result = self._finished(building, context)
            if self._base() != base:
                message = f"The data set {self.name} was changed while pictures were being added to it."
                raise DatasetError(message, hint="Run it again.", path=store.folder_of(self.name))
            context.check_cancelled()
            path = building.commit()
        return {**result, "path": str(path)}

    def _base(self) -> str:
        """The state of what is added to; "" for a data set that is new."""
        if not self.adds:
            if self.name.casefold() in {name.casefold() for name in store.names()}:  # some disks do not tell them apart
                message = f"There is a data set named {self.name} already."
                hint = "Choose another name, or add the pictures to that one."
                raise DatasetError(message, hint=hint, path=store.folder_of(self.name))
            return ""
        with store.open_dataset(self.name) as dataset:
            last = dataset.database.execute("SELECT max(id), sum(is_undone) FROM changes").fetchone()
            return f"{fingerprint(dataset)} {tuple(last)}"

    def _fill(self, building: Building, parts: Sequence[Part], context: Context) -> None:
        self._begin(building, context)
        with Dataset.open(building.dataset) as dataset:
            for part in parts:
                take_in(
                    part.samples(),
                    dataset=dataset,
                    provenance=part.provenance,
                    options=self.options,
                    labels=part.labels,
                    context=context,
                    links=part.links,
                )

    def _begin(self, building: Building, context: Context) -> None:
        """What an earlier run began is gone on with, unless not even its first transaction was finished."""
        try:
            Dataset.open(building.dataset).close()
        except DatasetError:
            building.begin_anew()
            if self.adds:
                copy_dataset(store.folder_of(self.name), building.dataset, context)
            else:
                Dataset.create(building.dataset, name=self.name, classes=MAIN_CLASSES).close()

    def _finished(self, building: Building, context: Context) -> dict[str, JsonValue]:
        with Dataset.open(building.dataset) as dataset:
            is_empty = not dataset.database.execute("SELECT 1 FROM pictures WHERE error = '' LIMIT 1").fetchone()
            if not is_empty:
                dataset.assign(divided(dataset, self.options, context, keeps=self.options.keep_split).items())
                write_files(dataset, context)
                find_problems(dataset, context)
                finish_intake(dataset)
                return summary(dataset)
        building.begin_anew()
        message = "No picture was found that can be read."
        raise DatasetError(message, hint="Check that the right folder or file was chosen.")


def divided(dataset: Dataset, options: SplitOptions, context: Context, *, keeps: bool = False) -> dict[int, Split]:
    """The split of each picture that can be trained on, by its number."""
    meter = Meter(context, "split", total=len(dataset.ids()), unit="pictures")

    def pictures() -> Iterator[Picture]:
        for done, picture in enumerate(dataset.every_picture()):
            context.check_cancelled()
            meter.at(done)
            yield picture

    result = split(pictures(), ratios=options.ratios, seed=options.seed, keeps=keeps)
    context.check_cancelled()
    meter.finish(len(result))
    return result


def write_files(dataset: Dataset, context: Context) -> None:
    """The label files, the lists and data.yaml."""
    total = len(dataset.ids())
    meter = Meter(context, "write", total=total, unit="pictures")

    def told(done: int) -> None:
        context.check_cancelled()
        meter.at(done)

    layout.write_all(dataset, on_written=told)
    meter.finish(total)


def find_problems(dataset: Dataset, context: Context) -> None:
    """Finds them from the rows and keeps them with the data set."""

    def told(done: int, total: int) -> None:
        context.check_cancelled()
        context.emit(Progress(stage="check", done=done, total=total, unit="checks"))

    dataset.keep_problems(problems_of(dataset, tell=told))
