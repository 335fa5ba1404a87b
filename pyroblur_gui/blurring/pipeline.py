"""Covers one file from start to end: probe, cover, write beside the target, check, put in place, report.

Fails closed: an output appears under its name only when it is complete and was opened again, and an input is only ever
read.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from pyroblur_gui.blurring.analyse import Looker, Thresholds, View
from pyroblur_gui.blurring.clip import ClipJob, cover_clip, planned
from pyroblur_gui.blurring.outcome import Outcome
from pyroblur_gui.blurring.photo import cover_photo, is_large, looked_at
from pyroblur_gui.blurring.plan import Region
from pyroblur_gui.blurring.project import Project, SourceIdentity, noise_seed, remove_stale
from pyroblur_gui.blurring.spec import Audio, BlurOptions, BlurSpec, Tiling, Verify
from pyroblur_gui.blurring.tally import Tally
from pyroblur_gui.blurring.verify import MORE_ROUNDS, TIME_TOLERANCE_S, ClipCheck, Samples, Verified, broken, check_clip
from pyroblur_gui.core.errors import OutputError, PyroblurError, UnreadableMediaError, UnsupportedMediaError
from pyroblur_gui.core.files import PartFile, is_same_file, unused_name
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Artifact, Log, Started
from pyroblur_gui.media.containers import container_of
from pyroblur_gui.media.encoder import EncoderPlan, output_suffix, plan_encoding
from pyroblur_gui.media.facts import Kind, MediaFacts, VideoFacts
from pyroblur_gui.media.images import Photo, photo_suffix, read_photo, write_photo
from pyroblur_gui.media.photo_formats import format_of
from pyroblur_gui.media.probe import probe
from pyroblur_gui.media.reader import VideoReader
from pyroblur_gui.media.writer import mux
from pyroblur_gui.models.detector import Detector
from pyroblur_gui.models.loading import members

ONE_PAGE = frozenset({"JPEG", "MPO", "BMP", "DIB"})  # formats that hold one


class Detectors(Protocol):
    """Who keeps detectors open from job to job."""

    def open(self, options: BlurOptions, tiled: bool) -> Detector:
        """The detector that the options ask for; tiled: pictures are looked at in tiles."""
        ...

    def close(self) -> None:
        """Its memory is wanted; it can be opened again."""
        ...


def cover(spec: BlurSpec, context: Context, *, detectors: Detectors) -> dict[str, JsonValue]:
    """Covers the source; returns what the `finished` event tells.

    Raises PyroblurError for all that can be expected to go wrong, JobCancelledError.
    """
    began = time.monotonic()
    _check_places(spec)
    identity = SourceIdentity.of(spec.source)
    facts = probe(spec.source)
    is_clip = facts.kind is Kind.VIDEO
    tiled = is_tiled(spec.options, facts)
    # Loading a network takes as long as opening the clip and its encoder: both at once.
    with ThreadPoolExecutor(1, "model") as pool:
        opening = pool.submit(detectors.open, spec.options, tiled)
        work = _Work(spec, facts, context, detectors, opening, identity)
        remove_stale()
        outcome = _cover_clip(work, facts.video) if is_clip and facts.video else _cover_photo(work)
    outcome.wall_s = time.monotonic() - began
    return _told(outcome, context)


def is_tiled(options: BlurOptions, facts: MediaFacts) -> bool:
    """Whether the pictures of a file are looked at in tiles: by choice, else large photos."""
    if options.tiling is Tiling.AUTO:
        return facts.kind is Kind.IMAGE and is_large(facts.width, facts.height)
    return options.tiling is Tiling.ON


@dataclass(frozen=True, slots=True)
class _Work:
    """One file to cover. opening: the detector, on its way."""

    spec: BlurSpec
    facts: MediaFacts
    context: Context
    detectors: Detectors
    opening: Future[Detector]
    identity: SourceIdentity

    def start(self, detector: Detector, target: Path, *, resumed_at: int, total: int | None) -> list[str]:
        """Tells that the work begins; returns what is to be said about the model."""
        options = self.spec.options
        self.context.emit(
            Started(
                kind=self.spec.kind,
                detail={
                    "input": str(self.spec.source),
                    "output": str(target),
                    "media": self.facts.kind.value,
                    "model": options.model,
                    "engine": detector.engine,
                    "resumed_at": resumed_at,
                    "frames": total,
                },
            )
        )
        missing = [label for label in options.classes if label not in detector.classes]
        return [f"The model {options.model} does not find {label}: none was covered." for label in missing]

    def check_source(self) -> None:
        """Raises MissingFileError or UnreadableMediaError when the source is no longer what it was at the start."""
        if SourceIdentity.of(self.spec.source) != self.identity:
            message = f"{self.spec.source.name} changed while it was being worked on."
            hint = "Retry when nothing writes to it any more."
            raise UnreadableMediaError(message, hint=hint, path=self.spec.source)

    def target(self, suffix: str) -> Path:
        """Where the output goes when it can only be written with this suffix.

        A name that follows from the source's is changed; one that the user chose is not, and refused.
        """
        target = self.spec.target
        if target.suffix.lower() != self.spec.source.suffix.lower():
            hint = f"Name the output with the ending {suffix}."
            raise UnsupportedMediaError(f"{target.name} has an ending that cannot be written.", hint=hint, path=target)
        return unused_name(target.with_suffix(suffix))


def _cover_clip(work: _Work, video: VideoFacts) -> Outcome:
    spec, facts, context = work.spec, work.facts, work.context
    options = spec.options
    target, plan = _plan_clip(work)
    models = "".join(_hashes(options).values())
    with PartFile(target):
        pass  # a folder that cannot be written to is told now, not after hours of work
    with ExitStack() as stack:
        project = stack.enter_context(Project.of_job(work.identity, spec.target, options, model=models))
        segments = project.segments()
        resumed_at = segments[-1].stop if segments else 0
        detector = work.opening.result()
        warnings = [*facts.notes, *plan.notes]
        warnings += work.start(detector, target, resumed_at=resumed_at, total=video.frames)
        seed = noise_seed(work.identity)
        job = ClipJob(spec.source, facts, video, options, plan, detector, seed, work.detectors.close)
        done = cover_clip(job, project, context)
        work.check_source()
        warnings += done.notes
        part = stack.enter_context(PartFile(target))  # late: a worker that is killed above leaves nothing beside it
        with _by_its_name(part.path, target):
            warnings += mux(
                segments=[segment.path for segment in project.segments()],
                source=spec.source,
                facts=facts,
                plan=plan,
                target=part.path,
                container_suffix=target.suffix,
                audio=options.audio.value,
                keep_metadata=options.keep_metadata,
                check=context.check_cancelled,
            )
        outcome = Outcome(
            spec, facts, detector.engine, target, done.tally,
            times={frame: _shown_s(project, video, frame) for frame in _ends(done.tally)},
            resumed_at=resumed_at, cut_off=done.cut_off, damaged=done.damaged, warnings=warnings,
        )  # fmt: skip
        output = probe(part.path)
        warnings += _missing_streams(facts, output, options)
        if options.verify is not Verify.OFF:
            again = replace(job, detector=work.detectors.open(options, is_tiled(options, facts)))
            outcome.verified = _verify_clip(again, project, output, outcome, context)
        part.commit()
        project.remove()
    return _reported(outcome, output, context)


def _cover_photo(work: _Work) -> Outcome:
    spec, facts, context = work.spec, work.facts, work.context
    options = spec.options
    photo = read_photo(spec.source)
    target = _photo_target(work, photo)
    with PartFile(target) as part:
        detector = work.opening.result()
        warnings = [*dict.fromkeys([*facts.notes, *photo.notes, *filter(None, [photo.cut_off])])]  # both probed it
        warnings += work.start(detector, target, resumed_at=0, total=len(photo.pages))
        done = cover_photo(photo, options, detector, seed=noise_seed(work.identity), context=context)
        work.check_source()
        outcome = Outcome(
            spec, facts, detector.engine, target, done.tally, cut_off=photo.cut_off, warnings=warnings
        )  # fmt: skip
        for number in range(1 + MORE_ROUNDS):
            notes, output = _write_photo(photo, part.path, work, target)
            warnings += [note for note in notes if note not in warnings]
            if options.verify is Verify.OFF:
                break
            outcome.verified = verified = _verify_photo(part.path, done.plans, options, detector, context)
            verified.rounds += number
            if not verified.findings or number == MORE_ROUNDS:
                break
            done.cover_more(verified.detections(), context)
        part.commit()
    return _reported(outcome, output, context)


def _write_photo(photo: Photo, part: Path, work: _Work, target: Path) -> tuple[list[str], MediaFacts]:
    """Writes the photo as it is now; returns what is to be said about it, and what came out."""
    options = work.spec.options
    with _by_its_name(part, target):
        notes = write_photo(
            photo,
            part,
            format=target.suffix,
            quality=options.image_quality,
            keep_metadata=options.keep_metadata,
        )
    output = probe(part)
    if output.pages != len(photo.pages):
        raise broken(target, f"it has {output.pages} of {len(photo.pages)} pages")
    return list(notes), output


def _plan_clip(work: _Work) -> tuple[Path, EncoderPlan]:
    """Where the output goes, and how it is encoded."""
    options, target = work.spec.options, work.spec.target
    try:
        container_of(target.suffix)
    except UnsupportedMediaError:
        target = work.target(output_suffix(work.facts))
    plan = plan_encoding(
        work.facts,
        container_suffix=target.suffix,
        encoder=options.encoder,
        preset=options.preset.value,
        crf=options.crf,
    )
    return target, plan


def _photo_target(work: _Work, photo: Photo) -> Path:
    """Where the output goes: under its name where that stands for a format that can hold all pages."""
    target = work.spec.target
    kind = format_of(target.suffix) if target.suffix else ""
    if not kind or (len(photo.pages) > 1 and kind in ONE_PAGE):
        return work.target(photo_suffix(photo))
    return target


@contextmanager
def _by_its_name(part: Path, target: Path) -> Iterator[None]:
    """What cannot be written is told under the name that the user knows."""
    try:
        yield
    except OutputError as error:
        message = error.message.replace(part.name, target.name)
        raise type(error)(message, hint=error.hint, path=target) from error


def _verify_clip(job: ClipJob, project: Project, output: MediaFacts, outcome: Outcome, context: Context) -> Verified:
    """Raises OutputError where the output is not what it should be."""
    video, options = job.video, job.options
    container = container_of(outcome.output.suffix)
    rate = video.frame_rate or Fraction(1)
    first = project.pts_of(0)
    check = ClipCheck(
        source=job.view,
        plans=planned(project.frames(), job.plans()),
        times=(float((row.pts - first) * video.time_base) for row in project.frames()),
        frames=outcome.tally.frames,
        tolerance_s=TIME_TOLERANCE_S if container.holds_any_time else float(1 / rate),
    )
    with VideoReader(output.path, facts=output) as reader:
        samples = Samples(options.verify, outcome.tally, duration_s=job.facts.duration_s)
        looker = Looker(job.detector, Thresholds.of(options, job.detector).sure, View.of(reader.video))
        return check_clip(reader, check, samples, looker, context)


def _verify_photo(
    output: Path, plans: Sequence[Sequence[Region]], options: BlurOptions, detector: Detector, context: Context
) -> Verified:
    verified = Verified()
    photo = read_photo(output)
    for looked, regions in zip(looked_at(photo, options, detector), plans, strict=True):
        context.check_cancelled()
        page = photo.pages[looked.frame]
        view = View(page.width, page.height)
        verified.add(looked, regions, source=view, output=view, time_s=0.0)
    return verified


def _missing_streams(source: MediaFacts, output: MediaFacts, options: BlurOptions) -> list[str]:
    """What of the source's sound and subtitles is not in the output; what was left out on purpose is told by mux."""
    if output.video is None:
        raise broken(output.path, "no picture is in it")
    wanted = 0 if options.audio is Audio.DROP else len(source.audio)
    if len(output.audio) < wanted:
        return [f"{wanted - len(output.audio)} of {wanted} sound tracks could not be kept."]
    return []


def _reported(outcome: Outcome, output: MediaFacts, context: Context) -> Outcome:
    """Writes the report, where one is asked for. That it cannot be written does not undo the output."""
    if outcome.spec.options.report:
        models = _hashes(outcome.spec.options)
        try:
            outcome.write_reports(output, models, context.check_cancelled)
        except PyroblurError as error:
            outcome.warnings.append(f"The report could not be written: {error.message}")
    return outcome


def _told(outcome: Outcome, context: Context) -> dict[str, JsonValue]:
    """Tells what is worth a look before the end."""
    for warning in outcome.warnings:
        context.emit(Log(level="warning", text=warning))
    context.emit(Artifact(path=outcome.output, kind="output"))
    for path in outcome.reports:
        context.emit(Artifact(path=path, kind="report"))
    return outcome.as_result()


def _check_places(spec: BlurSpec) -> None:
    if is_same_file(spec.source, spec.target):
        message = f"{spec.source.name} would be replaced by its own output."
        raise OutputError(message, hint="Choose another name or folder for the output.", path=spec.target)


def _hashes(options: BlurOptions) -> dict[str, str]:
    """Name -> SHA-256 of each network that the model is made of."""
    return {model.card.name: model.card.sha256 for model, _ in members(options.model)}


def _ends(tally: Tally) -> Iterator[int]:
    for span in tally.spans.values():
        yield span.first
        yield span.last


def _shown_s(project: Project, video: VideoFacts, frame: int) -> float:
    return round(float((project.pts_of(frame) - project.pts_of(0)) * video.time_base), 3)
