import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
from rows import box, draw, make_dataset, row

from pyroblur_gui.datasets import disk_checks, layout, picture_checks, set_checks, suggestions
from pyroblur_gui.datasets.changes import Changes
from pyroblur_gui.datasets.dataset import Dataset, Problem, Provenance
from pyroblur_gui.datasets.fixes import FIXES
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Origin, Split
from pyroblur_gui.datasets.validate import KINDS, problems_of, problems_of_pictures, problems_on_disk, recheck

ALIKE = bytes(32)
OF_SET = {"empty_split", "empty_test", "class_missing"}  # what a set of a few pictures has anyway


@pytest.fixture
def dataset():
    with make_dataset() as dataset:
        yield dataset


def _found(dataset: Dataset) -> list[tuple[str, int | None, int | None, int | None]]:
    return [(p.kind, p.picture, p.other, p.box) for p in problems_of(dataset) if p.kind not in OF_SET]


def _details(dataset: Dataset, kind: str) -> list[str]:
    return [problem.detail for problem in problems_of(dataset) if problem.kind == kind]


def test_a_sound_data_set_has_no_problems(dataset: Dataset):
    dataset.add([row(number, box(), box(1, 0, 0, 0.1, 0.1), split=split) for number, split in enumerate(Split, 1)])
    assert problems_of(dataset) == []


def test_every_fix_that_a_kind_offers_exists_and_is_offered_somewhere():
    offered = {fix for kind in KINDS.values() for fix in kind.fixes}
    assert offered == set(FIXES)


def test_every_flaw_of_reading_is_a_kind_of_problem():
    assert {flaw.value for flaw in FlawKind} <= KINDS.keys()


def test_an_unreadable_picture_is_told_with_its_reason(dataset: Dataset):
    dataset.add([row(1, box()), row(2, error="The file ends too early.")])
    assert _found(dataset) == [("unreadable_image", 2, None, None)]
    assert _details(dataset, "unreadable_image") == ["The file ends too early."]


def test_flaws_of_reading_become_problems(dataset: Dataset):
    flaws = (
        Flaw(FlawKind.UNREADABLE_LABEL, "Line 3 is not a box: 'abc'."),
        Flaw(FlawKind.CLASS_OUT_OF_RANGE, "Line 4 is of class 9."),
    )
    dataset.add([row(1, box(), flaws=flaws), row(2, flaws=(Flaw(FlawKind.NO_LABEL_FILE, "There is none."),))])
    assert _found(dataset) == [
        ("class_out_of_range", 1, None, None),
        ("unreadable_label", 1, None, None),
        ("no_label_file", 2, None, None),
    ]


@pytest.mark.parametrize(
    ("edges", "kind"),
    [
        ((0.0, 0.0, 1.0, 1.0), None),
        ((-0.0005, 0.0, 0.5, 1.0005), None),  # rounded: within half a pixel
        ((-0.01, 0.0, 0.5, 0.5), "box_outside"),
        ((0.5, 0.5, 1.01, 0.9), "box_outside"),
        ((1.2, 0.5, 1.4, 0.9), "box_outside"),
        ((-1e9, -1e9, 1e9, 1e9), "box_outside"),
        ((0.5, 0.2, 0.5, 0.4), "box_without_area"),
        ((0.6, 0.2, 0.5, 0.4), "box_without_area"),
        ((0.6, 0.4, 0.7, 0.2), "box_without_area"),
        ((0.5, 0.5, 0.5047, 0.7), None),  # 3.008 pixels
        ((0.5, 0.5, 0.5046, 0.7), "tiny_box"),  # 2.944 pixels
        ((0.5, 0.5, 0.7, 0.5062), "tiny_box"),  # 2.976 pixels
    ],
)
def test_boxes_are_judged_by_area_place_and_size(dataset: Dataset, edges: tuple[float, ...], kind: str | None):
    dataset.add([row(1, box(), box(1, *edges), size=(640, 480))])
    assert _found(dataset) == ([] if kind is None else [(kind, 1, None, 1)])


def test_a_box_of_no_class_is_told(dataset: Dataset):
    dataset.add([row(1, box(2), box(-1), box())])
    assert _found(dataset) == [("class_out_of_range", 1, None, 0), ("class_out_of_range", 1, None, 1)]


def test_doubled_boxes_are_those_of_one_class(dataset: Dataset):
    nearly = (0.25, 0.25, 0.75, 0.74)
    dataset.add([row(1, box(), box(1), box(0, *nearly), box(0, 0.25, 0.25, 0.75, 0.6), box())])
    assert _found(dataset) == [("doubled_box", 1, None, 2), ("doubled_box", 1, None, 4)]
    assert _details(dataset, "doubled_box") == ["Box 3 lies on box 1.", "Box 5 lies on box 1."]


def test_a_hostile_label_file_does_not_stop_the_check(dataset: Dataset):
    """100,000 boxes on each other: comparing all pairs would take hours."""
    dataset.add([row(1, *[box()] * 100_000), row(2, box(), box()), row(3, *[box(0, 2, 2, 1, 1)] * 2000)])
    began = time.process_time()
    counts = Counter((problem.kind, problem.picture) for problem in problems_of(dataset) if problem.kind not in OF_SET)
    assert counts == {("many_boxes", 1): 1, ("doubled_box", 2): 1, ("box_without_area", 3): 2000}
    assert time.process_time() - began < 10


def test_suggested_boxes_are_no_mistakes_but_wait(dataset: Dataset):
    dataset.add([row(1, box(), box(0, origin=Origin.SUGGESTED), box(0, 2, 2, 3, 3, origin=Origin.SUGGESTED))])
    assert _found(dataset) == [("suggestions", 1, None, None)]
    assert _details(dataset, "suggestions") == ["2 suggested boxes wait in 1 picture."]


def test_pictures_without_boxes_are_told_where_most_have_some(dataset: Dataset):
    dataset.add_provenance(Provenance("folder", "backgrounds", "the user's own"))
    many = [row(number, box()) for number in range(1, 4)]
    backgrounds = [replace(row(number), source=2) for number in range(5, 8)]
    dataset.add([*many, row(4), *backgrounds, replace(row(8, box()), source=2)])
    assert _found(dataset) == [("no_boxes", 4, None, None)]


def test_files_with_the_same_bytes_are_duplicates(dataset: Dataset):
    dataset.add([row(1, box()), row(2, box(), sha256="a" * 64), row(3, box(), sha256="a" * 64)])
    dataset.add([row(4, box(), sha256="a" * 64), row(5, sha256="a" * 64, is_removed=True)])
    assert _found(dataset) == [("duplicate", 3, 2, None), ("duplicate", 4, 2, None)]
    assert _details(dataset, "duplicate")[0] == "It is the same as photo 2.jpg."


def test_alike_in_one_split_is_worth_a_look_and_across_splits_a_leak(dataset: Dataset):
    dataset.add(
        [
            row(1, box(), likeness=ALIKE),
            row(2, box(), likeness=b"\x07" + ALIKE[1:]),
            row(3, box(), likeness=ALIKE, split=Split.VAL),
            row(4, box(), likeness=ALIKE, split=Split.TEST),
            row(5, box(), likeness=ALIKE, split=None),
            row(6, box(), split=Split.TEST),
        ]
    )
    leaks = [("leak", 1, 4, None), ("leak", 2, 4, None), ("leak", 3, 4, None)]
    assert _found(dataset) == [*leaks, ("unsplit", None, None, None), ("near_duplicate", 2, 1, None)]
    assert _details(dataset, "leak")[0] == "It is in train, and photo 4.jpg, which looks the same, is in test."


def test_the_same_bytes_in_two_splits_are_a_leak_too(dataset: Dataset):
    twice = {"sha256": "a" * 64, "likeness": ALIKE}
    dataset.add([row(1, box(), **twice), row(2, box(), **twice, split=Split.VAL)])
    assert _found(dataset) == [("leak", 1, 2, None), ("duplicate", 2, 1, None)]


def test_empty_splits_and_pictures_in_none_are_told(dataset: Dataset):
    dataset.add([row(1, box()), row(2, box(), split=None), row(3, split=None, error="broken")])
    assert _details(dataset, "empty_split") == ["The split val has no pictures."]
    assert _details(dataset, "empty_test") == ["The split test has no pictures."]
    assert _details(dataset, "unsplit") == ["1 picture is not in any split."]


def test_an_empty_data_set_has_no_problems(dataset: Dataset):
    assert problems_of(dataset) == []


def test_a_class_that_a_split_does_not_show_is_told(dataset: Dataset):
    dataset.add([row(1, box(), box(1)), row(2, box(), split=Split.VAL), row(3, split=Split.TEST)])
    assert _details(dataset, "class_missing") == ["The split val shows no license_plate."]


def test_a_class_that_is_much_rarer_is_told(dataset: Dataset):
    faces = tuple(box(0, 0.04 * n, 0, 0.04 * n + 0.02, 0.1) for n in range(21))
    dataset.add([row(1, *faces[:20], box(1))])
    assert _details(dataset, "rare_class") == []
    dataset.add([row(2, faces[20])])
    assert _details(dataset, "rare_class") == ["face has 21 boxes, but license_plate has 1."]


def test_a_class_that_was_looked_for_and_never_found_is_told(dataset: Dataset):
    dataset.add([row(number, box(0)) for number in range(1, 20)])
    assert _details(dataset, "rare_class") == []
    dataset.add([row(20, box(0))])
    none = "license_plate has none in 20 pictures in which it was looked for"
    assert _details(dataset, "rare_class") == [f"face has 20 boxes, but {none}."]


def test_splits_that_are_mixed_differently_are_told(dataset: Dataset):
    def boxes(faces: int, plates: int) -> list:
        return [box(int(n >= faces), 0.02 * n, 0, 0.02 * n + 0.01, 0.1) for n in range(faces + plates)]

    dataset.add([row(1, *boxes(20, 20)), row(2, *boxes(20, 20)), row(3, *boxes(28, 2), split=Split.VAL)])
    assert _details(dataset, "uneven_split") == [
        "The boxes of val are 93% face, 7% license_plate; those of all are 62% face, 38% license_plate."
    ]


def test_classes_that_were_not_looked_for_are_told_by_source(dataset: Dataset):
    dataset.add_provenance(Provenance("wider_face", "WIDER FACE", "research"))
    faces_only = [replace(row(number, box(), labelled=frozenset({0})), source=2) for number in (1, 2)]
    dataset.add([*faces_only, row(3, box(1))])
    assert _found(dataset) == [("unlabelled_class", 1, None, None)]
    assert _details(dataset, "unlabelled_class") == ["In 2 pictures of WIDER FACE, license_plate was not looked for."]


def test_many_classes_are_told_in_one_sentence():
    with make_dataset("many", classes=[f"c{number}" for number in range(9)]) as dataset:
        everything = [box(number, 0, 0, 0.1, 0.1) for number in range(1, 9)]
        often = [box(0, 0.01 * number, 0.5, 0.01 * number + 0.005, 0.6) for number in range(40)]
        dataset.add([row(1, *everything, *often), row(2, box(0), split=Split.VAL, labelled=frozenset({0, 1}))])
        assert _details(dataset, "class_missing") == ["The split val shows no c1, c2, c3, c4, c5 or 3 more."]
        assert _details(dataset, "unlabelled_class")[0].startswith(
            "In 2 pictures of photos, c2, c3, c4, c5, c6 and 2 more"
        )
        assert len(_details(dataset, "rare_class")) == 1


def test_a_class_that_nobody_uses_need_not_be_looked_for(dataset: Dataset):
    dataset.add([row(1, box(), labelled=frozenset({0}))])
    assert _found(dataset) == []


def test_removed_pictures_have_no_problems(dataset: Dataset):
    dataset.add([row(1, box(0, 2, 2, 3, 3), is_removed=True), row(2, error="broken", is_removed=True)])
    assert problems_of(dataset) == []


def test_problems_come_by_kind_then_picture(dataset: Dataset):
    dataset.add(
        [row(1, box(0, 0, 0, 0.001, 1)), row(2, box(0, 0, 0, 2, 1)), row(3, error="broken"), row(4, box(0, 0, 0, 2, 1))]
    )
    kinds = [(problem.kind, problem.picture) for problem in problems_of(dataset) if problem.kind not in OF_SET]
    assert kinds == [("unreadable_image", 3), ("box_outside", 2), ("box_outside", 4), ("tiny_box", 1)]


def test_one_picture_can_be_looked_at_alone(dataset: Dataset):
    dataset.add([row(1, box(0, 0, 0, 2, 1)), row(2, box(0, 0, 0, 2, 1)), row(3, box())])
    assert [(p.kind, p.picture, p.box) for p in problems_of_pictures(dataset, [2, 3])] == [("box_outside", 2, 0)]


def test_recheck_brings_changed_pictures_up_to_date_and_leaves_the_others(dataset: Dataset):
    dataset.add(
        [row(1, box(0, 0, 0, 2, 1)), row(2, box(0, 0, 0, 2, 1)), row(3, likeness=ALIKE), row(4, likeness=ALIKE)]
    )
    dataset.keep_problems(problems_of(dataset))
    Changes(dataset).apply("Edit", [replace(dataset.picture(1), boxes=(box(0, 0, 0, 1, 1), box(0, 0, 0, 0.001, 1)))])
    recheck(dataset, [1])
    assert _kept(dataset) == [("box_outside", 2), ("tiny_box", 1), ("near_duplicate", 4)]
    Changes(dataset).apply("Remove", [replace(dataset.picture(3), is_removed=True)])
    recheck(dataset, [3])
    assert _kept(dataset) == [("box_outside", 2), ("tiny_box", 1)]


def test_recheck_sees_what_a_change_does_to_the_whole(dataset: Dataset):
    waiting = box(1, origin=Origin.SUGGESTED, score=0.9)
    dataset.add([row(1, box(), waiting, labelled=frozenset({0})), row(2, box(1), split=Split.VAL)])
    dataset.keep_problems(problems_of(dataset))
    before = {problem.kind for problem in dataset.problems()}
    assert {"suggestions", "unlabelled_class", "class_missing"} <= before
    Changes(dataset).apply("Accept", list(suggestions.accepted(dataset)))
    recheck(dataset, [1])
    assert {problem.kind for problem in dataset.problems()} == before - {"suggestions", "unlabelled_class"}


def test_recheck_forgets_what_a_change_mended_on_the_disk(dataset: Dataset):
    dataset.add([row(1, box()), row(2, box())])
    dataset.keep_problems(problems_on_disk(dataset))
    assert _kept(dataset) == [("missing_file", 1), ("missing_file", 2), ("changed_labels", 1), ("changed_labels", 2)]
    Changes(dataset).apply(
        "Edit", [replace(dataset.picture(1), boxes=()), replace(dataset.picture(2), is_removed=True)]
    )
    recheck(dataset, [1, 2])
    assert _kept(dataset) == [("missing_file", 1)]


def test_other_words_for_the_same_boxes_are_no_change(dataset: Dataset):
    dataset.add([row(1, box(0, 0.25, 0.25, 0.5, 0.5), box(1))])
    layout.write_all(dataset)
    file = dataset.folder / layout.label_file(dataset.picture(1))
    file.write_bytes(b"\xef\xbb\xbf1 .5 .5 .5 .5\r\n0 0.375 0.375 0.25 0.25\r\n")
    assert [each.kind for each in problems_on_disk(dataset)] == ["missing_file"]
    file.write_bytes(file.read_bytes() + b"0 0.1 0.1\n")
    assert [each.kind for each in problems_on_disk(dataset)] == ["missing_file", "changed_labels"]
    dataset.keep_problems(problems_on_disk(dataset))
    Changes(dataset).apply("Move", [replace(dataset.picture(1), split=Split.VAL)])
    recheck(dataset, [1])
    assert _kept(dataset) == [("missing_file", 1), ("changed_labels", 1)]


def test_every_kind_is_found_by_one_check_or_by_the_disk():
    found = [picture_checks.KINDS, set_checks.KINDS_OF_PAIRS, set_checks.KINDS_OF_ALL, disk_checks.KINDS]
    assert sum(map(len, found)) == len(KINDS)
    assert frozenset().union(*found) == KINDS.keys()


def test_recheck_drops_a_leak_that_was_mended(dataset: Dataset):
    dataset.add([row(1, box(), likeness=ALIKE), row(2, box(), likeness=ALIKE, split=Split.VAL)])
    dataset.keep_problems(problems_of(dataset))
    assert ("leak", 1) in _kept(dataset)
    Changes(dataset).apply("Move", [replace(dataset.picture(1), split=Split.VAL)])
    recheck(dataset, [1])
    assert ("leak", 1) not in _kept(dataset)


def test_what_other_programs_did_to_the_files_is_found(dataset: Dataset):
    pictures = [row(number, box()) for number in range(1, 6)]
    draw(dataset, pictures)
    sizes = [replace(each, size_bytes=dataset.path(each).stat().st_size) for each in pictures]
    dataset.add(sizes)
    layout.write_all(dataset)
    assert problems_on_disk(dataset) == []
    dataset.path(pictures[0]).unlink()
    dataset.path(pictures[1]).write_bytes(b"other")
    (dataset.folder / layout.label_file(pictures[2])).unlink()
    text = (dataset.folder / layout.label_file(pictures[3])).read_text()
    (dataset.folder / layout.label_file(pictures[3])).write_text(text.replace("0.5", "0.4"))
    assert [(problem.kind, problem.picture) for problem in problems_on_disk(dataset)] == [
        ("missing_file", 1),
        ("changed_picture", 2),
        ("changed_labels", 3),
        ("changed_labels", 4),
    ]


def test_many_pictures_take_seconds(dataset: Dataset):
    """Measured with 100,000: 2 s. What grows with the square of their number takes minutes here already."""
    chance = random.Random(1)  # noqa: S311
    splits = list(Split)

    def some_boxes() -> list:
        return [
            box(chance.randrange(2), x := chance.random() * 0.9, y := chance.random() * 0.9, x + 0.05, y + 0.05)
            for _ in range(3)
        ]

    dataset.add([row(number, *some_boxes(), split=chance.choice(splits)) for number in range(1, 20_001)])
    began = time.process_time()
    assert len(problems_of(dataset)) < 1000
    assert time.process_time() - began < 10


def _kept(dataset: Dataset) -> list[tuple[str, int | None]]:
    return [(problem.kind, problem.picture) for problem in dataset.problems() if problem.kind not in OF_SET]


def test_problems_can_be_kept_and_are_what_a_filter_finds(dataset: Dataset):
    dataset.keep_problems([Problem("leak", "It is.", picture=1, other=2)])
    assert [(each.kind, each.picture, each.other) for each in dataset.problems()] == [("leak", 1, 2)]


def test_what_the_window_needs_of_checks_and_fixes_loads_no_codec_and_no_numpy():
    program = (
        "import sys\n"
        "from pyroblur_gui.datasets import changes, fixes, stats, suggestions, thumbnails, validate\n"
        "sys.exit(', '.join({'numpy', 'cv2', 'PIL', 'torch'} & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
