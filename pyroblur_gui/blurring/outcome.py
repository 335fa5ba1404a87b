"""What became of one file: the result that ends its job, and the report beside the output."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

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
from pyroblur_gui.blurring.spec import BlurSpec
from pyroblur_gui.blurring.tally import Tally
from pyroblur_gui.blurring.verify import Verified
from pyroblur_gui.core.files import PartFile, sha256
from pyroblur_gui.media.facts import Kind, MediaFacts


@dataclass(slots=True)
class Outcome:
    """All that is said about a file that was covered.

    times: when the first and last frames of tracks are shown, in seconds from the first frame.
    """

    spec: BlurSpec
    facts: MediaFacts
    engine: str
    output: Path
    tally: Tally
    times: Mapping[int, float] = field(default_factory=dict)
    resumed_at: int = 0
    cut_off: str = ""
    damaged: int = 0  # places of the source that could not be decoded cleanly
    verified: Verified | None = None
    warnings: list[str] = field(default_factory=list)
    reports: tuple[Path, ...] = ()
    wall_s: float = 0.0

    @property
    def needs_look(self) -> bool:
        """Whether a person should look at the output."""
        return bool(self.reasons or (self.verified and self.verified.needs_look))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a person should look at it, in sentences, besides what the check found."""
        reasons = [self.cut_off] if self.cut_off else []
        if self.damaged:
            reasons.append(
                f"The source is damaged in {self.damaged} place(s): "
                "a face or plate that could not be decoded cleanly may have been missed around there."
            )
        if self.tally.failed:
            reasons.append(f"{self.tally.failed} frame(s) could not be looked at and were covered as a whole.")
        if self.verified and self.verified.failed:
            reasons.append(f"{self.verified.failed} frame(s) of the result could not be checked.")
        return tuple(reasons)

    def as_result(self) -> dict[str, JsonValue]:
        """The result of the `finished` event."""
        tracks: dict[str, JsonValue] = {label: self.tally.tracks.get(label, 0) for label in self._labels}
        return {
            "input": str(self.spec.source),
            "output": str(self.output),
            "kind": self.facts.kind.value,
            "frames": self.tally.frames,
            "detections": dict(self._detections),
            "tracks": tracks,
            "wall_s": round(self.wall_s, 3),
            "fps": round((self.tally.frames - self.resumed_at) / self.wall_s, 2) if self.wall_s else None,
            "model": self.spec.options.model,
            "engine": self.engine,
            "resumed_at": self.resumed_at,
            "cut_off": self.cut_off,
            "needs_look": self.needs_look,
            "reasons": list(self.reasons),
            "verification": self._verification.model_dump(mode="json"),
            "warnings": list(self.warnings),
            "reports": [str(path) for path in self.reports],
        }

    def write_reports(self, output: MediaFacts, models: Mapping[str, str], check_cancelled: Callable[[], None]) -> None:
        """Writes the report beside the output. models: part -> SHA-256. Raises OutputError, UnreadableMediaError."""
        settings = self.spec.options.model_dump(mode="json")
        settings["model"] = self._model
        report = Report(
            source=self._file(self.spec.source, self.facts, check_cancelled),
            output=self._file(self.output, output, check_cancelled),
            model=self._model,
            model_sha256=models,
            engine=self.engine,
            settings=settings,
            detections=dict(self._detections),
            tracks=self._tracks,
            verification=self._verification,
            warnings=tuple(self.warnings),
            needs_look=self.needs_look,
            reasons=self.reasons,
        )
        html, data = report_paths(self.output)
        for path, text in ((html, as_html(report)), (data, as_json(report))):
            with PartFile(path) as part:
                part.path.write_text(text, encoding="utf-8")
                part.commit()
        self.reports = html, data

    @property
    def _labels(self) -> tuple[str, ...]:
        return self.spec.options.classes

    @property
    def _detections(self) -> dict[str, int]:
        return {label: self.tally.detections.get(label, 0) for label in self._labels}

    @property
    def _model(self) -> str:
        """A model given as a file goes by its name: a report tells no folders."""
        return Path(self.spec.options.model).name

    @property
    def _verification(self) -> Verification:
        verified = self.verified
        if verified is None:
            return Verification(mode="off")
        leaks = tuple(
            Leak(
                label=found.label, score=round(found.score, 4), frame=found.frame, time_s=round(found.time_s, 3),
                left=found.box[0], top=found.box[1], right=found.box[2], bottom=found.box[3],
            )
            for found in verified.findings
        )  # fmt: skip
        return Verification(
            mode=self.spec.options.verify.value, frames_checked=verified.checked, rounds=verified.rounds, leaks=leaks
        )

    @property
    def _tracks(self) -> tuple[CoveredTrack, ...]:
        return tuple(
            CoveredTrack(
                number=span.number, label=span.label,
                first_s=self.times.get(span.first, 0.0),
                last_s=self.times.get(span.last, 0.0),
                detected_frames=span.detected, covered_frames=span.covered,
            )
            for span in sorted(self.tally.spans.values(), key=lambda span: span.number)
        )  # fmt: skip

    def _file(self, path: Path, facts: MediaFacts, check_cancelled: Callable[[], None]) -> FileFacts:
        is_clip = facts.kind is Kind.VIDEO
        return FileFacts(
            name=_name(path),
            size_bytes=path.stat().st_size,
            sha256=sha256(path, check_cancelled=check_cancelled),
            kind=facts.kind.value,
            width=facts.width,
            height=facts.height,
            frames=self.tally.frames,
            duration_s=facts.duration_s if is_clip else None,
        )


def _name(path: Path) -> str:
    """As text, whatever bytes it is made of."""
    return path.name.encode("utf-8", "replace").decode()
