"""Filters, order, columns, CSV, and what several runs come to beside each other."""

import pytest

from pyroblur_gui.core.errors import RunStoreError
from pyroblur_gui.runs import compare, row, table
from pyroblur_gui.runs.row import Row


def run(name: str, **facts: object) -> Row:
    return Row(id=f"id-{name}", name=name, state="done", **facts)


RUNS = [
    run("one", params={"imgsz": "320", "seed": "1", "optimizer": "SGD"}, metrics={"best/mAP50-95": 0.5}, note="=1+1"),
    run(
        "two",
        params={"imgsz": "416", "seed": "1", "optimizer": "SGD"},
        metrics={"best/mAP50-95": 0.7},
        tags={"who": "Ana"},
    ),
    run("three", params={"imgsz": "320", "seed": "2", "optimizer": "SGD"}),
]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("", ["one", "two", "three"]),
        ("ana", ["two"]),
        ("imgsz=320", ["one", "three"]),
        ("imgsz!=320", ["two"]),
        ("best/mAP50-95>=0.5 imgsz<400", ["one"]),
        ("optimizer=sgd state=done", ["one", "two", "three"]),
        ("soup>1", []),
    ],
)
def test_a_filter_leaves_what_it_says(text: str, left: list[str]) -> None:
    assert [each.name for each in table.matching(RUNS, text)] == left


def test_a_comparison_with_no_number_is_refused() -> None:
    with pytest.raises(RunStoreError, match="no number"):
        table.matching(RUNS, "imgsz>large")


def test_runs_without_a_value_come_last_whichever_way() -> None:
    for is_descending, first in ((True, "two"), (False, "one")):
        ordered = table.ordered(RUNS, "best/mAP50-95", descending=is_descending)
        assert (ordered[0].name, ordered[-1].name) == (first, "three")
    assert [each.name for each in table.ordered(RUNS, "imgsz")][-1] == "two"


def test_csv_keeps_formulas_from_spreadsheets() -> None:
    lines = table.as_csv(RUNS, ["run", "note", "best/mAP50-95"]).splitlines()
    assert lines == ["run,note,best/mAP50-95", "one,'=1+1,0.5", "two,,0.7", "three,,"]


def test_rows_come_out_of_the_packing_as_they_went_in() -> None:
    assert row.unpack(row.pack(RUNS)) == RUNS
    assert row.pack(RUNS)["common"] == {"optimizer": "SGD"}


def test_a_run_is_found_by_the_beginning_of_its_name_unless_it_may_be_several() -> None:
    assert [each.name for each in row.chosen(RUNS, ["tw", "id-one"])] == ["two", "one"]
    with pytest.raises(RunStoreError, match="may be 2 runs"):
        row.chosen(RUNS, ["t"])
    with pytest.raises(RunStoreError, match="no run ten"):
        row.chosen(RUNS, ["ten"])


def test_parallel_axes_place_numbers_by_size_and_words_apart() -> None:
    size, words = compare.axes(RUNS, ["imgsz", "who"])
    assert size.places == (0.0, 1.0, 0.0)
    assert [text for _, text in size.marks] == ["320", "416"]
    assert words.places == (None, 0.5, None)
    (single,) = compare.axes(RUNS, ["optimizer"])
    assert single.places == (0.5, 0.5, 0.5)


def test_long_curves_are_thinned_and_keep_their_end() -> None:
    steps, values = compare.thin([(step, step / 2) for step in range(10_001)])
    assert len(steps) <= compare.MOST_POINTS + 1
    assert (steps[-1], values[-1]) == (10_000, 5_000)
