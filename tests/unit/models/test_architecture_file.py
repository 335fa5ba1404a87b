"""A user's architecture: Ultralytics gets only what was looked at, and nothing that could run code or fetch files."""

from pathlib import Path

import pytest
import yaml

from pyroblur_gui.core.errors import ModelError, UnsafeModelError
from pyroblur_gui.models.architecture import rewritten

GOOD = """
nc: 2
scales:
  n: [0.50, 0.25, 1024]
  s: [0.50, 0.50, 1024]
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, Conv, [128, 3, 2]]
  - [-1, 2, C3k2, [256, False, 0.25]]
head:
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [[-1, 0], 1, Concat, [1]]
  - [[2], 1, Detect, [nc]]
"""


def _file(folder: Path, text: str, name: str = "yolo11n-mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_ultralytics_gets_holds_one_scale_and_says_it_in_its_name(tmp_path: Path) -> None:
    out = rewritten(_file(tmp_path, GOOD + "download: rm -rf /\n"))
    content = yaml.safe_load(out.read_text(encoding="utf-8"))
    assert out.name == "yolo1n.yaml"
    assert set(content) == {"nc", "scales", "backbone", "head"}
    assert content["scales"] == {"n": [0.5, 0.25, 1024]}
    assert content["head"][0] == [-1, 1, "nn.Upsample", ["None", 2, "nearest"]]
    assert rewritten(_file(tmp_path, f"scale: s\n{GOOD}", "mine.yaml")).name == "yolo1s.yaml"


def test_a_size_that_nothing_names_is_asked_for_and_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="several scales") as failure:
        rewritten(_file(tmp_path, GOOD, "mine.yaml"))
    assert "scale: n" in failure.value.hint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("C3k2, [256, False, 0.25]", "os.system, [256]"),
        ("C3k2, [256, False, 0.25]", "TorchVision, [512, resnet18, DEFAULT, True, 2]"),
        ("C3k2, [256, False, 0.25]", "torchvision.ops.Conv2dNormActivation, [256]"),
        ("C3k2, [256, False, 0.25]", "nn.Module.__init__, [256]"),
        ("[128, 3, 2]", "[__import__('os').system('x'), 3, 2]"),
        ("[128, 3, 2]", "[globals, 3, 2]"),
        ("nc: 2", "nc: 2\nactivation: __import__('os').system('touch x')"),
        ("nc: 2", "nc: 2\nactivation: nn.SiLU() if open('x','w') else 0"),
    ],
)
def test_text_that_could_run_or_fetch_something_is_refused(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeModelError, match="was refused"):
        rewritten(_file(tmp_path, GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "describes no network"),
        ("nc: [1", "no YAML"),
        ("nc: 2\nbackbone: []\nhead: []\n", "has no backbone"),
        (GOOD.replace("[[2], 1, Detect, [nc]]", "[-1, 1, Conv, [64]]"), "does not end in one Detect"),
        (GOOD.replace("[[-1, 0], 1, Concat", "[[-1, 40], 1, Concat"), "takes its input from"),
        (GOOD.replace("[-1, 2, C3k2", "[-1, 100000, C3k2"), "is repeated"),
        (GOOD.replace("[64, 3, 2]", "[1.0e+99, 3, 2]"), "not a number within"),
        ("a: &a [1]\nb: [*a, *a]\n", "aliases"),
        ("x" * 300_000, "too large"),
        (GOOD.replace("nc: 2", "nc: many"), "its nc is many"),
    ],
)
def test_what_is_no_architecture_is_told_why(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=reason) as failure:
        rewritten(_file(tmp_path, text))
    assert not isinstance(failure.value, UnsafeModelError)
    with pytest.raises(ModelError, match="There is no architecture"):
        rewritten(tmp_path / "gone.yaml")
