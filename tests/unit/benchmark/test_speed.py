"""What is timed: every way to run a model, at the sizes that it blurs with unless others are asked for."""

import pytest

from pyroblur_gui.benchmark import speed
from pyroblur_gui.benchmark.spec import BenchmarkOptions
from pyroblur_gui.models.loading import members


@pytest.mark.parametrize("sizes", [(), (640,)])
def test_each_network_of_a_pair_takes_its_own_size_unless_one_is_asked_for(sizes: tuple[int, ...]) -> None:
    (way, *_) = speed.ways(("thorough",), BenchmarkOptions(sizes=sizes))
    own = [model.card.input_size for model, _ in members("thorough")]
    assert len(set(own)) > 1
    assert way.size == (sizes[0] if sizes else max(own))
    detectors = [speed._part(model, way, None) for model, _ in members("thorough")]
    taken = [detector._card.input_size for detector in detectors]
    for detector in detectors:
        detector.close()
    assert taken == (list(sizes) * len(own) if sizes else own)
