"""Detectors of others: an ONNX file whose output is declared beside it is read as what it is."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from pyroblur_gui.core.errors import ModelError
from pyroblur_gui.models.card import Layout
from pyroblur_gui.models.detector import Detections, Picture
from pyroblur_gui.models.export import import_onnx
from pyroblur_gui.models.loading import open_detector

CLASSES = 'classes = ["face", "license_plate"]'
CONFIDENCE = {"face": 0.2, "license_plate": 0.2}


def with_output(source: Path, target: Path, nodes: list[onnx.NodeProto], shape: list[int | str]) -> Path:
    """The network with more nodes after its output `yolo`; its last output is `out`, and nothing tells its classes."""
    model = onnx.load(source)
    old = model.graph.output[0].name
    model.graph.node.append(helper.make_node("Identity", [old], ["yolo"]))
    constants = [
        ("first", [0]),
        ("fourth", [4]),
        ("last", [6]),
        ("second", [2]),
        ("axis", [1]),
    ]
    model.graph.initializer.extend(helper.make_tensor(name, TensorProto.INT64, [1], value) for name, value in constants)
    model.graph.node.extend(nodes)
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("out", TensorProto.FLOAT, shape))
    del model.metadata_props[:]
    onnx.checker.check_model(model)
    onnx.save(model, target)
    return target


@pytest.fixture
def objectness(starter: Path, tmp_path: Path) -> Path:
    """[1, anchors, 7]: the best score of an anchor as its objectness, and each class's share of it."""
    nodes = [
        helper.make_node("Slice", ["yolo", "first", "fourth", "axis"], ["place"]),
        helper.make_node("Slice", ["yolo", "fourth", "last", "axis"], ["scores"]),
        helper.make_node("ReduceMax", ["scores"], ["best"], axes=[1], keepdims=1),
        helper.make_node("Div", ["scores", "best"], ["shares"]),
        helper.make_node("Concat", ["place", "best", "shares"], ["rows"], axis=1),
        helper.make_node("Transpose", ["rows"], ["out"], perm=[0, 2, 1]),
    ]
    return with_output(starter, tmp_path / "theirs.onnx", nodes, [1, "anchors", 7])


@pytest.fixture
def boxes(starter: Path, tmp_path: Path) -> Path:
    """[1, boxes, 6]: corners, best score, its class."""
    return with_output(
        starter,
        tmp_path / "theirs.onnx",
        [
            helper.make_node("Slice", ["yolo", "first", "second", "axis"], ["centre"]),
            helper.make_node("Slice", ["yolo", "second", "fourth", "axis"], ["size"]),
            helper.make_node("Slice", ["yolo", "fourth", "last", "axis"], ["scores"]),
            helper.make_node("Add", ["size", "size"], ["twice"]),
            helper.make_node("Div", ["size", "twice"], ["half"]),
            helper.make_node("Mul", ["size", "half"], ["reach"]),
            helper.make_node("Sub", ["centre", "reach"], ["low"]),
            helper.make_node("Add", ["centre", "reach"], ["high"]),
            helper.make_node("ReduceMax", ["scores"], ["best"], axes=[1], keepdims=1),
            helper.make_node("ArgMax", ["scores"], ["number"], axis=1, keepdims=1),
            helper.make_node("Cast", ["number"], ["label"], to=TensorProto.FLOAT),
            helper.make_node("Concat", ["low", "high", "best", "label"], ["rows"], axis=1),
            helper.make_node("Transpose", ["rows"], ["out"], perm=[0, 2, 1]),
        ],
        [1, "boxes", 6],
    )


def found_by(model: Path | str, picture: Picture) -> Detections:
    detector = open_detector(model, engine="onnxruntime", precision="f32")
    try:
        return detector.submit(picture, confidence=CONFIDENCE).result()
    finally:
        detector.close()


@pytest.mark.parametrize("layout", ["objectness", "boxes"])
def test_a_declared_output_gives_the_same_boxes_as_the_same_network_read_by_itself(
    layout: str, starter: Path, bus: Picture, request: pytest.FixtureRequest
) -> None:
    theirs: Path = request.getfixturevalue(layout)
    theirs.with_suffix(".toml").write_text(f'layout = "{layout}"\n{CLASSES}\n')
    expected, found = found_by("fast", bus), found_by(theirs, bus)
    assert len(expected) > 0
    np.testing.assert_allclose(found.boxes, expected.boxes, atol=0.05)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-4)
    assert (found.labels == expected.labels).all()

    assert import_onnx(theirs, "theirs").layout is Layout(layout)
    np.testing.assert_allclose(found_by("theirs", bus).boxes, found.boxes, atol=0.01)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f'layout = "ssd"\n{CLASSES}\n', "layout"),
        ('layout = "boxes"\n', "classes"),
        (f'layout = "boxes"\n{CLASSES}\nsize = 3\n', "size"),
        ("layout = \n", "cannot be read"),
        (f'layout = "yolo"\n{CLASSES}\n', r"\[1, 0, 7\], not 1 x 6 x anchors"),
        ('layout = "objectness"\nclasses = ["face"]\n', "not 1 x anchors x 6"),
    ],
)
def test_a_declaration_that_does_not_fit_is_refused_with_what_is_wrong(text: str, named: str, objectness: Path) -> None:
    objectness.with_suffix(".toml").write_text(text)
    with pytest.raises(ModelError, match=named):
        open_detector(objectness)


def test_without_a_declaration_the_error_says_that_one_can_be_made(objectness: Path) -> None:
    with pytest.raises(ModelError) as raised:
        open_detector(objectness)
    assert ".toml" in raised.value.hint
