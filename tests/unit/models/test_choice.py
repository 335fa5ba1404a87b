"""`auto`: a rule that needs no time, corrected by what was measured here; and what is asked for is what runs."""

from datetime import UTC, datetime

import pytest

from pyroblur_gui.core.errors import EngineError, MissingExtraError
from pyroblur_gui.core.paths import folders
from pyroblur_gui.core.system import processor
from pyroblur_gui.models import catalogue, choice, measuring
from pyroblur_gui.models.choice import AUTO, Candidate, Timing
from pyroblur_gui.models.loading import open_detector

MODEL = "0" * 64
FASTEST_RULE = Candidate("openvino", "cpu", "bf16" if processor().has_bf16 else "f32")
ONNXRUNTIME = Candidate("onnxruntime", "cpu", "f32")


@pytest.fixture(autouse=True)
def _no_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same machine everywhere: a processor, and nothing beside it."""
    monkeypatch.setattr(choice, "_cuda", lambda **_: [])
    monkeypatch.setattr(choice, "_apple", lambda **_: [])


def choose(engine: str = AUTO, device: str = AUTO, precision: str = AUTO) -> list[choice.Choice]:
    return choice.choose(MODEL, engine=engine, device=device, precision=precision, has_checkpoint=False)


def timing(candidate: Candidate, milliseconds: float, **changes: str) -> Timing:
    facts = {
        "machine": choice.machine_key(),
        "model": MODEL,
        "engine": candidate.engine,
        "device": candidate.device,
        "precision": candidate.precision,
        "version": choice.version_key(candidate.engine),
    }
    return Timing(**facts | changes, milliseconds=milliseconds, measured=datetime.now(UTC))


def test_the_rule_takes_openvino_on_the_processor_and_says_so() -> None:
    best, *others = choose()
    assert (best.candidate, best.reason) == (FASTEST_RULE, "fastest here by rule")
    assert ONNXRUNTIME in [each.candidate for each in others]


def test_a_measured_faster_engine_takes_over_and_says_by_how_much() -> None:
    choice.keep([timing(FASTEST_RULE, 17), timing(ONNXRUNTIME, 9)])
    best = choose()[0]
    assert best.candidate == ONNXRUNTIME
    assert best.reason == f"measured 9.0 ms against 17.0 ms for {FASTEST_RULE.title}"


def test_a_measurement_that_agrees_with_the_rule_is_the_reason() -> None:
    choice.keep([timing(FASTEST_RULE, 9), timing(ONNXRUNTIME, 17)])
    best = choose()[0]
    assert best.candidate == FASTEST_RULE
    assert best.reason.startswith("measured 9.0 ms against 17.0 ms")


def test_a_hair_is_no_reason_to_change() -> None:
    choice.keep([timing(FASTEST_RULE, 10), timing(ONNXRUNTIME, 9.8)])
    assert choose()[0].candidate == FASTEST_RULE


@pytest.mark.parametrize("changes", [{"machine": "another"}, {"version": "onnxruntime 0.1"}, {"model": "1" * 64}])
def test_timings_of_another_machine_version_or_model_do_not_count(changes: dict[str, str]) -> None:
    choice.keep([timing(FASTEST_RULE, 17), timing(ONNXRUNTIME, 9, **changes)])
    assert choose()[0].candidate == FASTEST_RULE


def test_a_newer_timing_replaces_the_older() -> None:
    choice.keep([timing(FASTEST_RULE, 17), timing(ONNXRUNTIME, 9)])
    choice.keep([timing(ONNXRUNTIME, 30)])
    assert choice.timings_of(MODEL) == {FASTEST_RULE: 17, ONNXRUNTIME: 30}


def test_damaged_timings_are_measured_again() -> None:
    choice.keep([timing(FASTEST_RULE, 17)])
    (folders().cache / "timings.json").write_text("{")
    assert choice.timings_of(MODEL) == {}
    choice.keep([timing(FASTEST_RULE, 5)])
    assert choice.timings_of(MODEL) == {FASTEST_RULE: 5}


def test_what_is_asked_for_is_not_second_guessed() -> None:
    exact = Candidate("openvino", "cpu", "f32")
    choice.keep([timing(FASTEST_RULE, 17), timing(exact, 17), timing(ONNXRUNTIME, 9)])
    best = choose(engine="openvino", precision="f32")[0]
    assert (best.candidate, best.reason) == (exact, "as chosen")
    assert choose(precision="f32")[0].candidate == ONNXRUNTIME


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_installed", lambda package: package != "torch")
    with pytest.raises(MissingExtraError, match="torch is not installed") as failure:
        choose(engine="torch")
    assert "pyroblur[train]" in failure.value.hint


def test_an_unknown_engine_lists_the_known_ones() -> None:
    with pytest.raises(EngineError) as failure:
        choose(engine="tensorrt")
    assert "openvino, onnxruntime, torch" in failure.value.hint


def test_without_openvino_the_next_engine_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_installed", lambda package: package == "onnxruntime")
    assert [each.candidate for each in choose()] == [ONNXRUNTIME]


def test_an_engine_that_does_not_start_hands_over_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Candidate("onnxruntime", "cuda", "f32")
    monkeypatch.setattr(choice, "_cuda", lambda **_: [absent])
    detector = open_detector("centerface")
    detector.close()
    assert detector.engine.startswith("OpenVINO")
    assert "cannot use CUDA" in detector.engine


def test_measuring_times_every_engine_and_auto_goes_by_it() -> None:
    """Real engines on a real network; which one wins is the machine's business."""
    assert measuring.is_worth_measuring("centerface")
    timings = measuring.measure_engines("centerface", seconds_each=0.05)
    measured = {Candidate(each.engine, each.device, each.precision): each.milliseconds for each in timings}
    assert set(measured) == set(choice.candidates(has_checkpoint=False))
    assert not measuring.is_worth_measuring("centerface")
    sha256 = catalogue.find("centerface").card.sha256
    best = choice.choose(sha256, engine=AUTO, device=AUTO, precision=AUTO, has_checkpoint=False)[0]
    assert best.reason.startswith("measured")
    assert measured[best.candidate] <= min(measured.values()) / choice.WORTH_CHANGING


def test_measuring_stops_when_it_is_told_to() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        measuring.measure_engines("centerface", check_cancelled=stop)
    assert not (folders().cache / "timings.json").exists()
