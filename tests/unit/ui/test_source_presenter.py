"""What a source is shown as and when it may be downloaded, decided without a window."""

from dataclasses import replace

import pytest

from pyroblur_gui.datasets.sources.catalogue import SOURCES
from pyroblur_gui.datasets.spec import SourceOptions
from pyroblur_gui.ui.fields import Widget
from pyroblur_gui.ui.tabs.datasets import source_presenter as presenter

WISH = presenter.SourceWish(source=SOURCES["roboflow"], name="plates", has_accepted=True, has_key=True)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"has_key": False}, "Roboflow Universe needs your key."),
        ({"has_key": False, "has_typed_key": True}, "Keep the key first."),
        ({"has_accepted": False}, "Accept the licence first."),
        ({"name": "taken"}, "There is a data set named “taken”. Take another name, or add to it."),
        ({"name": "taken", "adds": True}, ""),
        ({"values": {"version": 0}}, "Version: Input should be greater than or equal to 1."),
        ({"values": {"project": "no slash"}}, "Project: "),
        ({"values": {"classes": "Plate, Car"}}, "Write classes as theirs=ours"),
        ({"values": {"classes": " Plate = license_plate, Car= ,"}}, ""),
        ({}, ""),
    ],
)
def test_what_is_missing_is_told(change: dict[str, object], told: str) -> None:
    text = presenter.missing(replace(WISH, **change), ["taken"])
    assert text.startswith(told) if told else not text


def test_a_source_shows_its_own_options_and_no_others() -> None:
    names = {source: [plan.name for plan in presenter.option_plans(source)] for source in (*SOURCES, "")}
    usual = ["name", "max_samples", "seed", "keep_split"]
    assert names["roboflow"] == ["name", "max_samples", "project", "version", "classes", "seed", "keep_split"]
    assert names["synthetic"] == ["name", "max_samples", "backgrounds", "size", "seed", "keep_split"]
    assert names["wider_face"] == names[""] == usual


def test_every_option_of_a_source_belongs_to_one_that_there_is() -> None:
    owners = {
        extra["source"]
        for info in SourceOptions.model_fields.values()
        if isinstance(extra := info.json_schema_extra, dict) and "source" in extra
    }
    assert owners <= set(SOURCES)


def test_large_numbers_are_typed_rather_than_slid() -> None:
    assert {plan.widget for plan in presenter.option_plans("roboflow") if plan.is_whole} == {Widget.NUMBER}


def test_a_card_tells_all_in_one_sentence_after_another() -> None:
    text = presenter.card_text(SOURCES["wider_face"])
    assert text.startswith("WIDER FACE. Faces. 16,106 pictures · 1.8 GB. CC BY-NC-ND 4.0")
    assert text.endswith("Needs the network.")


def test_names_are_suggested_that_are_free() -> None:
    assert presenter.suggested_name("wider_face", []) == "wider-face"
    assert presenter.suggested_name("wider_face", ["Wider-Face", "wider-face-2"]) == "wider-face-3"


def test_classes_are_typed_as_theirs_and_ours() -> None:
    wish = replace(WISH, values={"classes": " Plate = license_plate, Car=,"})
    assert presenter.wanted(wish).options.classes == {"Plate": "license_plate", "Car": ""}
