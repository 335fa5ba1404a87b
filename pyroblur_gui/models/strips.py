"""Lets the widest parts of a network run in strips of rows: the same numbers in less time and memory.

A block of MobileNet widens its planes to six times as many for one convolution in depth, and narrows them again. Run
layer by layer, the wide planes (30 MB for a portrait of 608 x 1088) are written to memory and read back, twice. Run
strip by strip, they stay in the processor's cache. Each strip is computed from the rows that its convolutions reach,
so every number is the one that it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Self

import numpy as np

from pyroblur_gui.models.offline import import_openvino

if TYPE_CHECKING:
    import openvino as ov  # type: ignore[import-untyped]
    from openvino import passes
    from openvino.utils.node_factory import NodeFactory  # type: ignore[import-untyped]
else:
    ov = import_openvino()
    from openvino import passes
    from openvino.utils.node_factory import NodeFactory

STRIP_BYTES = 4_000_000  # of a block's widest planes: measured best of 0.5 to 8 MB; a small cache has room for it
BLOCK = ("Convolution", "Add", "Relu", "GroupConvolution", "Add", "Relu", "Convolution", "Add")
LEAD_IN = ("Convert", "Transpose")  # from a picture's samples to planes: cheap on a strip that is in the cache
ROWS = 2  # the axis of rows in planes
MAKE = NodeFactory("opset13")


def in_strips(model: "ov.Model", *, sample_bytes: int) -> int:
    """Rewrites a model of fixed size in place. Tells how many blocks run in strips now."""
    if not {node.get_type_name() for node in model.get_ops()}.issuperset(BLOCK):
        return 0
    folding = passes.Manager()
    folding.register_pass(passes.ConstantFolding())  # what is computed from sizes alone hides what belongs together
    folding.run_passes(model)
    count = 0
    for node in model.get_ordered_ops():
        block = _Block.beginning_with(node)
        strips = round(block.widest * sample_bytes / STRIP_BYTES) if block else 0
        if block and strips > 1:
            block.split(min(strips, block.rows))
            count += 1
    model.validate_nodes_and_infer_types()
    return count


@dataclass(frozen=True)
class _Block:
    """Nodes in a row, each fed by the one before and by constants; the last may also add what the block was fed."""

    source: "ov.Output"
    rows_axis: int  # of the source
    nodes: tuple["ov.Node", ...]
    adds_source: "ov.Node | None"

    @classmethod
    def beginning_with(cls, node: "ov.Node") -> Self | None:
        nodes = _following(node)
        if nodes is None:
            return None
        source, rows_axis = node.input_value(0), ROWS
        after = _only_follower(nodes[-1])
        if after is not None and after.get_type_name() == "Add" and source in after.input_values():
            return cls(source, rows_axis, nodes, after)
        while source.get_node().get_type_name() in LEAD_IN and len(source.get_target_inputs()) == 1:
            before = source.get_node()
            if before.get_type_name() == "Transpose":
                rows_axis = int(before.input_value(1).get_node().data[rows_axis])
            nodes = (before, *nodes)
            source = before.input_value(0)
        return cls(source, rows_axis, nodes, None)

    @property
    def last(self) -> "ov.Node":
        return self.adds_source or self.nodes[-1]

    @property
    def widest(self) -> int:
        """Samples in the largest planes within."""
        return max(prod(int(side) for side in node.get_output_shape(0)) for node in self.nodes)

    @property
    def rows(self) -> int:
        return int(self.last.get_output_shape(0)[ROWS])

    def split(self, strips: int) -> None:
        edges = [round(self.rows * index / strips) for index in range(strips + 1)]
        parts = [self._strip(top, bottom) for top, bottom in pairwise(edges)]
        followers = self.last.output(0).get_target_inputs()
        whole = MAKE.create("Concat", parts, {"axis": ROWS})
        for follower in followers:
            follower.replace_source_output(whole.output(0))

    def _strip(self, top: int, bottom: int) -> "ov.Output":
        """The rows from `top` to before `bottom` of what the block gives."""
        first, stop = top, bottom
        padding: dict[int, tuple[int, int]] = {}
        for index in reversed(range(len(self.nodes))):
            if _is_convolution(self.nodes[index]):
                first, stop, padding[index] = _reach(self.nodes[index], first, stop)
        value = _rows(self.source, first, stop, axis=self.rows_axis)
        for index, node in enumerate(self.nodes):
            attributes = node.get_attributes()
            if index in padding:
                for name, rows in zip(("pads_begin", "pads_end"), padding[index], strict=True):
                    attributes[name] = [rows, *attributes[name][1:]]
            value = _made(node, [value, *_constants(node)], attributes)
        if self.adds_source is None:
            return value
        return _made(self.adds_source, [_rows(self.source, top, bottom, axis=ROWS), value], {})


def _following(node: "ov.Node") -> tuple["ov.Node", ...] | None:
    """The nodes of a block that begins with this one; None where none does."""
    nodes: list[ov.Node] = []
    current: ov.Node | None = node
    for kind in BLOCK:
        if current is None or current.get_type_name() != kind or not _is_plain(current):
            return None
        nodes.append(current)
        current = _only_follower(current)
    return tuple(nodes)


def _is_plain(node: "ov.Node") -> bool:
    """Whether all that it is fed with beside the planes is constant, and a convolution reaches without gaps."""
    if any(each.get_node().get_type_name() != "Constant" for each in node.input_values()[1:]):
        return False
    if not _is_convolution(node):
        return True
    attributes = node.get_attributes()
    return attributes["auto_pad"] == "explicit" and list(attributes["dilations"]) == [1, 1]


def _is_convolution(node: "ov.Node") -> bool:
    return node.get_type_name() in {"Convolution", "GroupConvolution"}


def _only_follower(node: "ov.Node") -> "ov.Node | None":
    followers = node.output(0).get_target_inputs()
    return next(iter(followers)).get_node() if len(followers) == 1 else None


def _reach(convolution: "ov.Node", first: int, stop: int) -> tuple[int, int, tuple[int, int]]:
    """The rows that a convolution's rows are computed from, and how many rows of zeros belong above and below."""
    attributes = convolution.get_attributes()
    stride, above = attributes["strides"][0], attributes["pads_begin"][0]
    height, size = convolution.get_input_shape(0)[ROWS], convolution.get_input_shape(1)[-2]
    first, stop = first * stride - above, (stop - 1) * stride - above + size
    return max(first, 0), min(stop, height), (max(-first, 0), max(stop - height, 0))


def _rows(source: "ov.Output", first: int, stop: int, *, axis: int) -> "ov.Output":
    limits = [ov.op.Constant(np.array([value], np.int64)).output(0) for value in (first, stop, 1, axis)]
    return MAKE.create("Slice", [source, *limits], {}).output(0)


def _constants(node: "ov.Node") -> list["ov.Output"]:
    """Copies: OpenVINO joins a bias only to a convolution that has it for itself."""
    return [ov.op.Constant(value.get_node().data.copy()).output(0) for value in node.input_values()[1:]]


def _made(like: "ov.Node", inputs: Sequence["ov.Output"], attributes: dict[str, object]) -> "ov.Output":
    return MAKE.create(like.get_type_name(), list(inputs), attributes).output(0)
