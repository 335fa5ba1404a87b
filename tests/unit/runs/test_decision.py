"""Goals and limits against what was measured, with its interval; and the record that is made of it."""

from datetime import UTC, datetime

import pytest

from pyroblur_gui.core.errors import PromotionError
from pyroblur_gui.core.paths import translations
from pyroblur_gui.core.translation import translated, use_language
from pyroblur_gui.runs import decision
from pyroblur_gui.runs.decision import Evidence, Figure, Measured, Verdict, judge, rule_of

CANDIDATE = Measured(
    "mine", "Mine", ("face",), {"map50_95": Figure(0.62, 0.58, 0.66), "latency_ms": Figure(20.0)}, "the benchmark b1"
)


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ("mAP50-95>=0.5", Verdict.MET),
        ("map50_95 >= 60%", Verdict.NARROW),
        ("map50_95>=0.7", Verdict.MISSED),
        ("latency_ms<=20", Verdict.MET),
        ("latency_ms<20", Verdict.MISSED),
        ("recall>=0.5", Verdict.UNKNOWN),
    ],
)
def test_a_rule_is_judged_by_the_figure_and_its_interval(rule: str, verdict: Verdict) -> None:
    (found,) = judge([rule_of(rule)], CANDIDATE)
    assert found.verdict is verdict


@pytest.mark.parametrize("text", ["", "map50_95", "map50_95=0.5", "soup>=1", "recall>=lots"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(PromotionError):
        rule_of(text)


def test_the_record_says_what_speaks_for_and_against() -> None:
    other = Measured("thorough", "Thorough", ("face", "license_plate"), {"map50_95": Figure(0.6)}, "its card")
    judged = judge([rule_of("recall>=0.5"), rule_of("map50_95>=0.6")], CANDIDATE)
    evidence = Evidence(CANDIDATE, (other,), judged, ("a sentence",), ("license_plate",))
    text = decision.record(evidence, made=datetime(2026, 11, 29, tzinfo=UTC))
    assert "| mAP50-95 | 0.62 (0.58 to 0.66) | 0.6 |" in text
    assert "| latency, median (ms) | 20 | - |" in text
    assert "does not find license_plate" in text
    assert "recall: not measured, and >= 0.5 is wanted" in text
    assert "mAP50-95: 0.62, as wanted (>= 0.6), but not all of its interval" in text
    assert "its interval is not" in text
    assert "Not to be promoted as it is" in text
    assert len(evidence.shortfalls) == 2


def test_the_record_is_in_the_language_of_who_asks_and_the_shortfalls_stay_english() -> None:
    judged = judge([rule_of("recall>=0.5"), rule_of("map50_95>=0.7"), rule_of("map50_95>=0.6")], CANDIDATE)
    evidence = Evidence(CANDIDATE, (), judged, (), ("license_plate",))
    use_language("fr", translations())
    try:
        text = decision.record(evidence, made=datetime(2026, 11, 29, tzinfo=UTC))
        told = translated(f"mine is not promoted: {'; '.join(evidence.shortfalls)}.")
    finally:
        use_language("en", translations())
    assert "# Promotion de Mine" in text
    assert "29/11/2026" in text
    assert "| mAP50-95 | 0,62 (0,58 à 0,66) |" in text
    assert "mAP50-95\u00a0: 0,62, alors que >= 0,7 est demandé" in text
    assert "plaque" in text
    assert evidence.shortfalls[0] == "recall: not measured, and >= 0.5 is wanted"
    english = ("wanted", "figure ", "Next", "license", "measured", "promoted")
    assert [word for word in english if word in text + told] == []
