"""`pyroblur full`: one command from no data at all to a report and a picture covered by one's own model."""

from pathlib import Path

import pytest
from door import Door
from PIL import Image, ImageChops
from small_runs import NETWORK

SMALL = ("--recipe", "quick", "--device", "cpu", "--set", "imgsz=64", "--set", "save_period=-1")


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("training_part")
def test_one_command_gets_data_trains_measures_and_covers_a_sample(pictures: dict[str, Path], tmp_path: Path) -> None:
    door = Door(tmp_path / "user")
    out = tmp_path / "out"
    command = ("full", "--source", "synthetic", "--max-samples", "12", "--epochs", "1", "--batch", "4", *SMALL)
    command += ("--model", str(NETWORK), "--from-scratch")
    done = door.run(*command, "--sample", pictures["bus"], "-o", out, "--json", limit_s=600.0)
    assert done.status == 0, done.err
    assert not done.strays
    assert not done.litter
    begun = [line["detail"].get("steps") or line["kind"] for line in done.lines if line["type"] == "started"]
    assert begun == [["data", "train", "benchmark", "blur"], "dataset_download", "train", "benchmark", "blur"]
    end = done.lines[-1]
    assert (end["type"], end["run"], end["last_epoch"], end["data"]) == ("finished", "full", 1, "full-synthetic")
    assert 0 <= end["models"][0]["map50"] <= 1
    assert Path(end["report_dir"]) == out / "report"
    assert any(Path(end["report_dir"]).iterdir())
    covered = Path(end["samples"][0]["output"])
    assert covered.parent == out / "covered"
    with Image.open(covered) as result, Image.open(pictures["bus"]) as source:
        assert result.size == source.size

    again = door.run(*command, "--json")
    assert again.status == 0, again.err
    kinds = [line.get("kind") for line in again.lines if line["type"] == "started"]
    assert "train" not in kinds, "what is done is done"
    assert "dataset_download" not in kinds
    held_back = Path(again.lines[-1]["samples"][0]["input"])
    with Image.open(held_back) as source, Image.open(again.lines[-1]["samples"][0]["output"]) as result:
        assert ImageChops.difference(source.convert("RGB"), result.convert("RGB")).size == source.size


def test_a_licence_that_nobody_accepted_and_weights_that_are_not_there_end_it_before_anything_is_fetched(
    tmp_path: Path,
) -> None:
    door = Door(tmp_path / "user")
    asked = door.run("full", "--json")
    assert asked.status == 2
    assert "--accept-licence" in asked.err
    missing = door.run("full", "--accept-licence", "--recipe", "quick", "--device", "cpu", "--json")
    assert missing.status == 1
    assert "yolo11n" in missing.lines[-1]["message"]
    assert not [line for line in missing.lines if line["type"] == "started"]
