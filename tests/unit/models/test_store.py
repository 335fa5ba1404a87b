"""Cards and the store of the user's models: what does not fit is refused with what to do; nothing half-made shows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.core.files import sha256
from pyroblur_gui.core.paths import folders
from pyroblur_gui.models import store
from pyroblur_gui.models.card import Card, ClassCard, Layout, read_card


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "some.onnx"
    path.write_bytes(b"a network")
    return path


def card_for(path: Path, name: str = "mine") -> Card:
    return Card(
        name=name,
        title="Mine",
        layout=Layout.YOLO,
        classes=(ClassCard(name="face", threshold=0.3, margin=0.2), ClassCard(name="badge", threshold=0.5, margin=0)),
        input_size=640,
        sha256=sha256(path),
        created=datetime(2026, 1, 2, tzinfo=UTC),
    )


def test_a_model_that_was_added_is_found_with_its_card(model: Path) -> None:
    store.add(card_for(model), model, checkpoint=model)
    assert store.names() == ("mine",)
    assert store.card("mine") == card_for(model)
    assert store.model_file("mine").read_bytes() == model.read_bytes()
    assert store.checkpoint_file("mine") == folders().models / "mine" / "model.pt"


def test_a_removed_model_is_gone(model: Path) -> None:
    store.add(card_for(model), model)
    store.remove("mine")
    assert store.names() == ()
    assert list(folders().models.iterdir()) == []


def test_a_taken_name_is_refused_and_the_first_model_stays(model: Path) -> None:
    store.add(card_for(model), model)
    with pytest.raises(ModelError, match="already"):
        store.add(card_for(model), model)
    assert store.model_file("mine").is_file()


def test_a_file_that_is_not_the_cards_leaves_nothing_in_the_store(model: Path) -> None:
    card = card_for(model)
    model.write_bytes(b"another network")
    with pytest.raises(ModelError, match="SHA-256"):
        store.add(card, model)
    assert list(folders().models.iterdir()) == []


def test_a_model_that_was_changed_in_the_store_is_not_run(model: Path) -> None:
    folder = store.add(card_for(model), model)
    (folder / "model.onnx").write_bytes(b"something else")
    with pytest.raises(ModelError, match="was changed") as failure:
        store.model_file("mine")
    assert "import it again" in failure.value.hint


@pytest.mark.parametrize("name", ["", "Upper", "../up", "a/b", ".hidden", "x" * 65, "auto"])
def test_names_that_are_no_names_of_models_are_refused(name: str) -> None:
    with pytest.raises(ModelError):
        store.check_free(name)


def test_a_name_is_made_from_any_text() -> None:
    assert store.name_from("Best (1) ümlaut") == "best-1-mlaut"
    assert store.name_from("...") == "model"
    assert store.is_name(store.name_from("x" * 100))


def test_a_folder_without_a_card_is_no_model(model: Path) -> None:
    (folders().models / "half").mkdir(parents=True)
    assert store.names() == ()
    with pytest.raises(ModelError):
        store.card("half")


def test_a_damaged_card_says_which_file_it_is(model: Path) -> None:
    folder = store.add(card_for(model), model)
    (folder / "card.json").write_text("{")
    with pytest.raises(ModelError, match=r"card\.json"):
        store.card("mine")


def test_a_card_survives_its_file(model: Path, tmp_path: Path) -> None:
    card = card_for(model)
    (tmp_path / "card.json").write_text(card.model_dump_json())
    assert read_card(tmp_path / "card.json") == card


def test_a_card_with_two_classes_of_one_name_is_refused(model: Path, tmp_path: Path) -> None:
    content = json.loads(card_for(model).model_dump_json())
    content["classes"][1]["name"] = "face"
    (tmp_path / "card.json").write_text(json.dumps(content))
    with pytest.raises(ModelError, match="different names"):
        read_card(tmp_path / "card.json")


def test_asking_a_card_for_an_unknown_class_lists_the_known_ones(model: Path) -> None:
    with pytest.raises(ModelError) as failure:
        card_for(model).of("license_plate")
    assert "face, badge" in failure.value.hint
