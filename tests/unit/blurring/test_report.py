"""A report says what was covered, to people and to programs, and gives nothing away."""

import json
from html.parser import HTMLParser
from pathlib import Path

from pyroblur_gui.blurring.report import (
    CoveredTrack,
    FileFacts,
    Leak,
    Report,
    Verification,
    as_html,
    as_json,
    report_paths,
)


def a_report(*, name: str = "clip.mp4", leaks: tuple[Leak, ...] = (), mode: str = "sampled") -> Report:
    source = FileFacts(
        name=name, size_bytes=1000, sha256="a" * 64, kind="video", width=640, height=360, frames=30, duration_s=61.5
    )
    return Report(
        source=source,
        output=source.model_copy(update={"name": "clip_blurred.mp4", "sha256": "b" * 64}),
        model="thorough",
        model_sha256={"centerface": "c" * 64},
        engine="OpenVINO bf16",
        settings={"style": "blur", "classes": ["face"]},
        detections={"face": 20},
        tracks=(CoveredTrack(number=0, label="face", first_s=0.0, last_s=61.0, detected_frames=20, covered_frames=26),),
        verification=Verification(mode=mode, frames_checked=5, leaks=leaks),
        warnings=("The sound was dropped.",),
        needs_look=bool(leaks),
    )


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def shown(html: str) -> _Text:
    parser = _Text()
    parser.feed(html)
    return parser


def test_both_reports_carry_both_hashes_and_the_counts() -> None:
    report = a_report()
    written = json.loads(as_json(report))
    assert (written["source"]["sha256"], written["output"]["sha256"]) == ("a" * 64, "b" * 64)
    assert written["detections"] == {"face": 20}
    page = " ".join(shown(as_html(report)).text)
    for expected in (
        "a" * 64,
        "b" * 64,
        "c" * 64,
        "0:01:01.500",
        "The sound was dropped.",
        "nothing was found uncovered",
    ):
        assert expected in page


def test_json_reads_back_as_the_same_report() -> None:
    report = a_report()
    assert Report.model_validate_json(as_json(report)) == report


def test_a_leak_is_listed_and_the_verdict_says_so() -> None:
    leak = Leak(label="license_plate", score=0.71, frame=12, time_s=0.4, left=1, top=2, right=30, bottom=14)
    page = " ".join(shown(as_html(a_report(leaks=(leak,)))).text)
    assert "Needs a look" in page
    assert "1, 2, 30, 14" in page
    assert "nothing was found" not in page


def test_what_else_asks_for_a_look_is_said() -> None:
    report = a_report().model_copy(update={"needs_look": True, "reasons": ("The source is damaged in 3 place(s).",)})
    page = " ".join(shown(as_html(report)).text)
    assert "Needs a look" in page
    assert "damaged in 3 place(s)" in page
    assert "nothing was found" not in page


def test_an_unchecked_output_is_not_called_clean() -> None:
    page = " ".join(shown(as_html(a_report(mode="off"))).text)
    assert "was not checked" in page
    assert "nothing was found" not in page


def test_a_hostile_name_stays_text() -> None:
    page = shown(as_html(a_report(name="<script>alert(1)</script>.mp4")))
    assert "script" not in page.tags
    assert any("<script>" in text for text in page.text)


def test_the_page_needs_nothing_from_outside() -> None:
    page = as_html(a_report())
    assert not {"img", "script", "link", "iframe"} & set(shown(page).tags)
    assert "http" not in page


def test_reports_lie_beside_the_output(tmp_path: Path) -> None:
    html, data = report_paths(tmp_path / "clip_blurred.mp4")
    assert (html.parent, html.name, data.name) == (
        tmp_path,
        "clip_blurred.mp4.report.html",
        "clip_blurred.mp4.report.json",
    )
