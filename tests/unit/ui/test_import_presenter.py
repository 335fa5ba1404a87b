"""What an import becomes, decided without a window: names, classes, what was looked for, and what is missing."""

from pathlib import Path

import pytest

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE
from pyroblur_gui.datasets.classes import LEFT_OUT
from pyroblur_gui.ui.tabs.datasets.import_presenter import ImportPresenter, ImportWish, found_text, plain_name

STREET = Path("/pictures/street")


def found(path: Path, *classes: str, form: str = "yolo", pictures: int | None = 10) -> list[dict[str, object]]:
    """As the worker tells it."""
    return [{"format": form, "path": str(path), "pictures": pictures, "classes": list(classes), "notes": []}]


def presenter(*classes: str, form: str = "yolo") -> ImportPresenter:
    made = ImportPresenter(["old"])
    made.add([STREET])
    made.found(STREET, found(STREET, *classes, form=form))
    return made


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/Street views.zip", "Street views"),
        ("/a/b.tar.gz", "b"),
        ("/a/v1.2 plates", "v1.2 plates"),
        ("/a/Straßen & Plätze", "Stra-en - Pl-tze"),
        ("/a/.hidden", "hidden"),
        ("/", "my-pictures"),
        ("/a/写真", "my-pictures"),
        ("/a/" + "x" * 200, "x" * 80),
    ],
)
def test_a_name_comes_from_the_path(path: str, name: str) -> None:
    assert plain_name(Path(path)) == name


def test_a_name_that_is_taken_gets_a_number() -> None:
    made = ImportPresenter(["Street", "street-2"])
    made.add([Path("/pictures/street")])
    assert made.suggested_name() == "street-3"


def test_what_is_missing_is_told_one_after_another() -> None:
    made = ImportPresenter(["old"])
    assert "Add a folder" in made.missing(ImportWish("new"))
    made.add([STREET, Path("/gone")])
    assert "Looking" in made.missing(ImportWish("new"))
    made.found(STREET, found(STREET, "face"))
    made.failed(Path("/gone"), "It is not there.")
    assert made.missing(ImportWish("new")) == "Remove the place that cannot be imported."
    made.remove(Path("/gone"))
    assert "named “old”" in made.missing(ImportWish("old"))
    assert made.missing(ImportWish("old", adds=True)) == ""
    assert "name begins with" in made.missing(ImportWish("no/path"))
    assert "Seed" in made.missing(ImportWish("new", values={"seed": -1}))
    assert made.missing(ImportWish("new")) == ""


def test_known_names_become_ours_and_others_keep_theirs() -> None:
    made = presenter("Human face", "number-plate", "dog")
    assert [made.target(name) for name in made.theirs()] == [FACE, LICENSE_PLATE, "dog"]
    spec = made.spec(ImportWish("new"))
    assert (spec.options.classes, spec.labelled) == ({}, None)


def test_only_what_differs_from_the_usual_is_written_down() -> None:
    made = presenter("head", "dog", "cat")
    made.set_target("head", "head")
    made.set_target("dog", FACE)
    made.set_target("cat", LEFT_OUT)
    assert made.spec(ImportWish("new")).options.classes == {"head": "head", "dog": FACE, "cat": LEFT_OUT}
    assert made.ours() == (FACE, LICENSE_PLATE, "head")


def test_a_class_that_was_not_looked_for_everywhere_is_said() -> None:
    made = presenter("face", "plate")
    assert made.is_looked_for(LICENSE_PLATE, None)
    made.set_looked_for(LICENSE_PLATE, is_so=False)
    assert made.spec(ImportWish("new")).labelled == (FACE,)
    made.set_looked_for(LICENSE_PLATE, is_so=True)
    assert made.spec(ImportWish("new")).labelled is None


def test_a_class_without_a_box_may_have_been_looked_for() -> None:
    made = presenter("face")
    made.set_looked_for(LICENSE_PLATE, is_so=True)
    assert made.spec(ImportWish("new")).labelled == (FACE, LICENSE_PLATE)


def test_all_boxes_are_one_class_only_where_files_do_not_say() -> None:
    assert presenter("face").spec(ImportWish("new", only_class=LICENSE_PLATE)).only_class is None
    made = presenter("face", form="wider")
    spec = made.spec(ImportWish("new", only_class=LICENSE_PLATE))
    assert (spec.only_class, spec.labelled) == (LICENSE_PLATE, None)


def test_pictures_are_added_up_where_all_are_known() -> None:
    made = presenter("face")
    assert made.pictures() == 10
    made.add([Path("/more")])
    assert made.pictures() is None
    made.found(Path("/more"), found(Path("/more"), pictures=5))
    assert made.pictures() == 15


def test_an_answer_that_is_none_is_a_problem_of_its_place() -> None:
    made = ImportPresenter([])
    made.add([STREET])
    made.found(STREET, [])
    (place,) = made.places()
    assert place.problem == "What is in there was not understood."


def test_an_answer_for_a_place_that_was_taken_off_is_passed_by() -> None:
    made = ImportPresenter([])
    made.add([STREET])
    made.remove(STREET)
    made.found(STREET, found(STREET))
    made.failed(STREET, "too late")
    assert made.places() == []


def test_many_classes_are_counted_rather_than_all_named() -> None:
    made = presenter(*(f"class {number}" for number in range(80)))
    text = found_text(made.places()[0], {"yolo": "YOLO"})
    assert text.startswith("YOLO · 10 pictures · 80 classes: class 0, ")
    assert text.endswith("and 74 more")
    made.leave_out_others()
    assert made.ours() == (FACE, LICENSE_PLATE)
