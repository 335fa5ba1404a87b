"""A source becomes a data set once its licence was accepted; what was fetched is never lost by a failure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr
from small_sets import write_picture
from stage import Stage

from pyroblur_gui.core.errors import AccessError, JobCancelledError, NetworkError, SourceError
from pyroblur_gui.datasets import store
from pyroblur_gui.datasets.sample import Origin, Sample, SampleBox
from pyroblur_gui.datasets.sources.source import Gathering, Licence, Need, SourceFacts
from pyroblur_gui.datasets.spec import DownloadSpec, SourceOptions
from pyroblur_gui.operations import dataset_download

FACTS = SourceFacts(
    name="roboflow",
    title="Plates of the world",
    summary="Plates.",
    classes=("license_plate",),
    licence=Licence("CC BY 4.0", "Name the authors.", "https://example.com/licence"),
    citation="@misc{plates}",
    homepage="https://example.com/plates",
    needs=frozenset({Need.NETWORK, Need.KEY}),
)


@dataclass
class _Plates:
    """A source that "fetches" a picture at a time into its folder, and may break off."""

    facts: SourceFacts = FACTS
    count: int = 24
    breaks_at: int | None = None
    error: BaseException = field(default_factory=lambda: NetworkError("The connection was lost.", hint="Try again."))
    fetched: list[int] = field(default_factory=list)
    keys: list[SecretStr | None] = field(default_factory=list)

    def gather(self, gathering: Gathering) -> Iterator[Sample]:
        self.keys.append(gathering.key)
        for number in range(self.count):
            if number == self.breaks_at:
                raise self.error
            path = gathering.folder / f"{number}.jpg"
            if not path.exists():
                self.fetched.append(number)
                write_picture(path, number)
            box = SampleBox(
                "license_plate", 0.2, 0.2, 0.4, 0.4, Origin.SYNTHETIC if self.facts.is_synthetic else Origin.LABELLED
            )
            yield Sample(path, path.name, (box,))


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> _Plates:
    """Stands in for the network: what talks to real servers is tested with the sources."""
    source = _Plates()
    monkeypatch.setattr(dataset_download, "open_source", lambda _name: source)
    monkeypatch.setenv("ROBOFLOW_API_KEY", "rf-very-secret")
    return source


def _download(*, has_accepted: bool = True, stage: Stage | None = None, **more: object) -> dict:
    spec = DownloadSpec(source="roboflow", name="plates", has_accepted=has_accepted, **more)
    return dataset_download.run(spec, stage or Stage())


def test_a_source_becomes_a_data_set_that_knows_where_it_is_from(source: _Plates) -> None:
    result = _download()
    assert (result["images"], result["boxes"]) == (24, {"face": 0, "license_plate": 24})
    with store.open_dataset("plates") as dataset:
        (provenance,) = dataset.provenances()
        assert {row.labelled for row in dataset.every_picture()} == {frozenset({1})}
        assert all(dataset.path(row).stat().st_nlink == 1 for row in dataset.every_picture())
    assert provenance.title.startswith("Plates of the world")
    assert "license-plate-recognition" in provenance.title, "which of the projects it was"
    assert (provenance.licence, provenance.licence_url) == ("CC BY 4.0", "https://example.com/licence")
    assert (provenance.citation, provenance.address) == ("@misc{plates}", "https://example.com/plates")
    assert store.unfinished() == []
    assert json.dumps(result)


def test_nothing_is_fetched_before_the_licence_is_accepted(source: _Plates) -> None:
    with pytest.raises(AccessError, match=r"CC BY 4\.0") as caught:
        _download(has_accepted=False)
    assert "https://example.com/licence" in caught.value.hint
    assert source.fetched == []
    assert store.unfinished() == []


def test_without_its_key_a_source_says_where_to_give_one(source: _Plates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_download, "get_key", lambda _name: None)
    with pytest.raises(AccessError) as caught:
        _download()
    assert "ROBOFLOW_API_KEY" in caught.value.hint
    assert source.fetched == []


def test_the_key_reaches_the_source_and_no_file_and_no_event(source: _Plates) -> None:
    stage = Stage()
    source.breaks_at = 20
    with pytest.raises(NetworkError):
        _download(stage=stage)
    source.breaks_at = None
    _download(stage=stage)
    assert [key.get_secret_value() for key in source.keys if key] == ["rf-very-secret"] * 2
    for path in store.datasets_folder().rglob("*"):
        assert not path.is_file() or b"rf-very-secret" not in path.read_bytes()
    assert "rf-very-secret" not in "".join(event.model_dump_json() for event in stage.events)


@pytest.mark.parametrize("error", [NetworkError("The connection was lost."), JobCancelledError()])
def test_what_was_fetched_stays_and_is_not_fetched_again(source: _Plates, error: BaseException) -> None:
    source.breaks_at, source.error = 10, error
    with pytest.raises(type(error)):
        _download()
    assert store.names() == []
    assert store.unfinished() == ["plates"]
    source.breaks_at = None
    assert _download()["images"] == 24
    assert source.fetched == list(range(24))


def test_another_choice_uses_what_was_fetched(source: _Plates) -> None:
    source.breaks_at = 10
    with pytest.raises(NetworkError):
        _download()
    source.breaks_at = None
    result = _download(options=SourceOptions(max_samples=5, seed=2))
    assert result["images"] == 5
    assert source.fetched == list(range(24))


def test_another_project_begins_anew(source: _Plates) -> None:
    source.breaks_at = 10
    with pytest.raises(NetworkError):
        _download()
    source.breaks_at = None
    _download(options=SourceOptions(version=4))
    assert source.fetched == [*range(10), *range(24)]


def test_what_was_fetched_can_be_discarded(source: _Plates) -> None:
    source.breaks_at = 10
    with pytest.raises(NetworkError):
        _download()
    store.discard("plates")
    assert store.unfinished() == []
    assert not list(store.datasets_folder().rglob("*.jpg"))


def test_a_download_is_added_to_a_data_set(source: _Plates) -> None:
    _download()
    source.count = 30
    assert _download(adds=True)["images"] == 30


def test_what_is_made_here_has_no_licence_to_accept(source: _Plates) -> None:
    source.facts = SourceFacts(
        name="synthetic", title="Made up", summary="", classes=("license_plate",), licence=FACTS.licence, citation="",
        homepage="", is_synthetic=True,
    )  # fmt: skip
    assert _download(has_accepted=False)["images"] == 24
    with store.open_dataset("plates") as dataset:
        assert [each.is_synthetic for each in dataset.provenances()] == [True]
        assert {box.origin for row in dataset.every_picture() for box in row.boxes} == {Origin.SYNTHETIC}


def test_an_unknown_source_is_told_with_those_that_there_are() -> None:
    with pytest.raises(SourceError) as caught:
        dataset_download.run(DownloadSpec(source="nowhere", name="plates", has_accepted=True), Stage())
    assert caught.value.hint


def test_the_users_own_folder_is_imported_not_downloaded(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        dataset_download.run(DownloadSpec(source="folder", name="plates", has_accepted=True), Stage())
    assert store.names() == []
