"""A source at work as an operation runs it, with what it was given and what it told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from labelled_files import Original, made_ones, real_ones
from listening import Listener
from pydantic import SecretStr

from pyroblur_gui.datasets.sample import Sample
from pyroblur_gui.datasets.sources.source import Gathering, Source
from pyroblur_gui.datasets.spec import SourceOptions
from pyroblur_gui.net.download import HttpDownloader, Patience

QUICK = Patience(retries=2, first_wait_s=0.01, longest_wait_s=0.05, timeout_s=5)


@dataclass
class Work:
    folder: Path
    context: Listener = field(default_factory=Listener)
    key: SecretStr | None = None
    patience: Patience = QUICK

    def gather(self, source: Source, **options: object) -> list[Sample]:
        chosen = SourceOptions.model_validate({"max_samples": 0} | options)
        self.folder.mkdir(exist_ok=True)
        downloader = HttpDownloader(self.context, patience=self.patience)
        return list(source.gather(Gathering(chosen, self.folder, downloader, self.context, self.key)))

    @property
    def said(self) -> str:
        return "\n".join(event.text for event in self.context.of_type("log"))

    @property
    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


def some_pictures(folder: Path, count: int) -> list[Original]:
    return made_ones(folder, [(96 + 2 * number, 64) for number in range(count)])


def some_real_pictures(request: pytest.FixtureRequest, count: int) -> list[Original]:
    """Skips where the lab data are not there."""
    return real_ones(request.getfixturevalue("lab"), count)


def without(originals: Sequence[Original], *labels: str) -> list[Original]:
    """The same pictures, as if nobody had marked these."""
    return [
        Original(each.path, each.width, each.height, tuple(box for box in each.boxes if box[0] not in labels))
        for each in originals
    ]
