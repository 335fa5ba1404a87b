"""Recipes are files that people read, change and share."""

from pathlib import Path

import pytest

from pyroblur_gui.core.errors import RecipeError
from pyroblur_gui.training import recipes
from pyroblur_gui.training.spec import Hyperparameters, Optimizer, Recipe


def test_every_shipped_recipe_is_valid_and_named_as_its_file() -> None:
    names = recipes.names()
    assert names[0] == "faces-plates"
    assert {"quick", "small-faces", "people", "plates"} < set(names)
    assert [recipes.recipe(name).name for name in names] == names


def test_the_default_recipe_is_that_of_the_first_design() -> None:
    recipe = recipes.recipe(recipes.DEFAULT)
    assert recipe.model == "yolo11l"
    assert recipe.hyperparameters == Hyperparameters()
    chosen = recipe.hyperparameters
    assert (chosen.epochs, chosen.batch, chosen.imgsz, chosen.lr0) == (100, 16, 640, 0.01)
    assert (chosen.optimizer, chosen.weight_decay, chosen.warmup_epochs) == (Optimizer.ADAMW, 0.0005, 3.0)
    assert (chosen.patience, chosen.save_period, chosen.amp) == (20, 10, True)


def test_a_kept_recipe_is_read_back_as_it_was() -> None:
    own = Recipe(
        name="my-street",
        title='My "street"\nat night',
        summary="Ünïcode \\ and tabs\t.",
        model="/models/own.pt",
        is_pretrained=False,
        hyperparameters=Hyperparameters(epochs=7, lr0=1e-05, amp=False, optimizer=Optimizer.SGD),
    )
    recipes.keep(own)
    assert recipes.recipe("my-street") == own
    assert recipes.names()[-1] == "my-street"


def test_a_users_own_recipe_hides_the_shipped_one_of_its_name() -> None:
    quick = recipes.recipe("quick")
    recipes.keep(quick.model_copy(update={"title": "Quicker"}))
    assert recipes.recipe("quick").title == "Quicker"
    assert recipes.names().count("quick") == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("name = 'x'\ntitle = ''\nsummary = ''\n[hyperparameters]\nimgsz = 630\n", "hyperparameters.imgsz"),
        ("name = 'x'\ntitle = ''\nsummary = ''\n[hyperparameters]\nbatch = 0\n", "hyperparameters.batch"),
        ("name = 'x'\ntitle = ''\nsummary = ''\ndownload = 'rm'\n", "download"),
        ("name = 'X Y'\ntitle = ''\nsummary = ''\n", "name"),
        ("name = \n", "cannot be read"),
        ("\xff\xfe", "cannot be read"),
    ],
)
def test_a_recipe_that_is_not_valid_is_refused_with_the_entry_named(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RecipeError, match=r"broken\.toml") as caught:
        recipes.read(path)
    assert named in caught.value.message
    assert caught.value.hint


def test_settings_given_as_text_become_values_of_their_kind() -> None:
    changed = recipes.changed(recipes.recipe("quick"), {"epochs": "3", "lr0": "0.005", "amp": "false", "cache": "ram"})
    assert changed.hyperparameters.epochs == 3
    assert changed.hyperparameters.lr0 == 0.005
    assert changed.hyperparameters.amp is False
    assert changed.hyperparameters.imgsz == recipes.recipe("quick").hyperparameters.imgsz


@pytest.mark.parametrize(("name", "value"), [("epochs", "many"), ("lr0", "-1"), ("imgsz", "100"), ("nonsense", "1")])
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(RecipeError, match=name) as caught:
        recipes.changed(recipes.recipe("quick"), {name: value})
    assert caught.value.hint


def test_a_recipe_is_read_from_a_file_that_somebody_shared(tmp_path: Path) -> None:
    shared = tmp_path / "theirs.toml"
    shared.write_text('name = "theirs"\ntitle = "Theirs"\nsummary = "From a friend."\n[hyperparameters]\nepochs = 7\n')
    assert recipes.recipe(str(shared)).hyperparameters.epochs == 7
    with pytest.raises(RecipeError, match=r"gone\.toml cannot be read"):
        recipes.recipe(str(tmp_path / "gone.toml"))


def test_the_starter_models_recipe_is_valid() -> None:
    assert recipes.recipe(str(Path(__file__).parents[3] / "packaging/starter/starter.toml")).model == "yolo11n"


def test_an_unknown_recipe_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(RecipeError) as caught:
        recipes.recipe("../../etc/passwd")
    assert "faces-plates" in caught.value.hint
