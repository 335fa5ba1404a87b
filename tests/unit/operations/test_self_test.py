"""The self-test passes here, and notices a program that covers nothing and one that finds nothing."""

import shutil

import pytest
from stage import Stage

from pyroblur_gui.operations import blur, self_test
from pyroblur_gui.operations.spec import Check, SelfTestSpec, SelfTestStep


def checks_of(result) -> list[Check]:
    return [Check.model_validate(each) for each in result["checks"]]


def test_a_drawn_clip_is_covered_and_looked_at():
    stage = Stage()
    checks = checks_of(self_test.run(SelfTestSpec(), stage))
    assert [check.text for check in checks if not check.has_passed] == []
    assert [check.name for check in checks] == ["resources", "clip", "cover", "output"]
    assert stage.of_type("finished") == []


def test_a_clip_that_was_left_bare_is_noticed(monkeypatch: pytest.MonkeyPatch):
    def left_bare(spec, _context):
        shutil.copyfile(spec.source, spec.target)
        return {"detections": {"face": 12, "license_plate": 12}, "model": "thorough", "engine": "none"}

    monkeypatch.setattr(blur, "run", left_bare)
    last = checks_of(self_test.run(SelfTestSpec(), Stage()))[-1]
    assert (last.name, last.has_passed) == (SelfTestStep.OUTPUT, False)
    assert "not covered" in last.text


def test_a_clip_of_another_length_is_noticed(monkeypatch: pytest.MonkeyPatch):
    def cut(spec, _context):
        import av

        with av.open(str(spec.source)) as source, av.open(str(spec.target), "w") as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for number, packet in enumerate(source.demux(video=0)):
                if packet.dts is not None and number < 6:
                    packet.stream = stream
                    target.mux(packet)
        return {"detections": {"face": 12, "license_plate": 12}, "model": "thorough", "engine": "none"}

    monkeypatch.setattr(blur, "run", cut)
    last = checks_of(self_test.run(SelfTestSpec(), Stage()))[-1]
    assert (last.name, last.has_passed) == (SelfTestStep.OUTPUT, False)
    assert "frames" in last.text


def test_a_model_that_finds_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(blur, "run", lambda _spec, _context: {"detections": {"face": 12, "license_plate": 0}})
    last = checks_of(self_test.run(SelfTestSpec(), Stage()))[-1]
    assert (last.name, last.has_passed) == (SelfTestStep.COVER, False)
    assert "finds no license_plate" in last.text


def test_a_missing_resource_is_noticed_and_nothing_is_built_on_it(monkeypatch: pytest.MonkeyPatch):
    def missing(*parts: str):
        message = f"The resource {'/'.join(parts)} is missing from this installation. Install PyroBlur again."
        raise FileNotFoundError(message)

    monkeypatch.setattr(self_test, "resource", missing)
    (only,) = checks_of(self_test.run(SelfTestSpec(), Stage()))
    assert (only.name, only.has_passed) == (SelfTestStep.RESOURCES, False)
    assert "starter.onnx is missing" in only.text
