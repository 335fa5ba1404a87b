from rows import box, make_dataset, row
from stage import Stage

from pyroblur_gui.datasets.sample import Split
from pyroblur_gui.datasets.spec import StatsSpec
from pyroblur_gui.operations.dataset_stats import run


def test_a_data_set_is_counted_by_split_and_shape():
    with make_dataset() as dataset:
        dataset.add([row(1, box(), box(1)), row(2, box(), split=Split.VAL), row(3, split=None)])
    result = run(StatsSpec(name="set"), Stage())
    assert (result["images"], result["boxes"], result["problems"]) == (3, {"face": 2, "license_plate": 1}, 0)
    assert result["splits"] == {
        "train": {"images": 1, "boxes": {"face": 1, "license_plate": 1}},
        "val": {"images": 1, "boxes": {"face": 1, "license_plate": 0}},
        "test": {"images": 0, "boxes": {"face": 0, "license_plate": 0}},
        "none": {"images": 1, "boxes": {}},
    }
    sides = result["histograms"]["shorter_side_px"]["face"]
    assert dict(zip(sides["edges"], sides["counts"], strict=True))[192.0] == 2  # 240 pixels
