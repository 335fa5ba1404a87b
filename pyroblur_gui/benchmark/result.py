"""What a benchmark finds, as one frozen value: the window draws it, reports are made of it, promotions rest on it.

Light: nothing but pydantic. Shares lie between 0 and 1; None is "there is nothing to say", never a failure. An
`Interval` is a 95 % bootstrap interval over pictures. Sizes of boxes are those of their shorter side, in pixels of the
picture as it is stored.
"""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, JsonValue

RESULT_FILE = "benchmark.json"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Interval(_Part):
    low: float
    high: float


class Figures(_Part):
    """The figures of a model, of one of its classes or of one size of boxes.

    truths: labelled objects that count. map50, map50_95: as `yolo val` computes them. precision, recall, f1: at the
    operating threshold, for boxes that overlap a labelled one by half (IoU 0.5). leak_objects: share of the labelled
    objects of which less than 60 % of the middle 70 % is covered after blurring at that threshold; leak_area: share of
    the labelled area that is not covered; in_vain: share of a picture that is covered further than half a box away
    from any label, the mean over the pictures.
    """

    truths: int = 0
    map50: float | None = None
    map50_95: float | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    leak_objects: float | None = None
    leak_area: float | None = None
    in_vain: float | None = None
    intervals: dict[str, Interval] = {}  # by the name of the figure


FIGURES = ("map50", "map50_95", "precision", "recall", "f1", "leak_objects", "leak_area", "in_vain")
LESS_IS_BETTER = frozenset(("leak_objects", "leak_area", "in_vain"))


class Curve(_Part):
    """x rises. kind: "pr" (precision by recall), "p", "r", "f1" (by confidence)."""

    kind: str
    x: tuple[float, ...]
    y: tuple[float, ...]


class LeakCurve(_Part):
    """What would be left bare, and covered in vain, at each threshold: four columns of one length."""

    thresholds: tuple[float, ...]
    leak_objects: tuple[float, ...]
    leak_area: tuple[float, ...]
    in_vain: tuple[float, ...]


class Reach(_Part):
    """The highest threshold at which the wanted share of the objects is covered, and what it costs.

    threshold: None when no threshold reaches it; `best` is the largest share that one does.
    """

    wanted: float
    threshold: float | None
    in_vain: float | None
    best: float


class ClassResult(_Part):
    """One class of the data set, as one model finds it.

    pictures: in which it was looked for. found: detections at or above `threshold`, the operating one, in these.
    best_f1: the highest F1 there is, at `best_f1_threshold`. confidences: counts of the found by tenths of confidence;
    confidence_mean, confidence_median: of the found.
    """

    name: str
    pictures: int
    threshold: float
    margin: float
    found: int
    figures: Figures
    best_f1: float | None = None
    best_f1_threshold: float | None = None
    confidences: tuple[int, ...] = ()
    confidence_mean: float | None = None
    confidence_median: float | None = None
    curves: tuple[Curve, ...] = ()
    leaks: LeakCurve | None = None
    reach: Reach | None = None


class SizeResult(_Part):
    """Boxes whose shorter side is at least `least_px` and less than `most_px` (None: no limit), of all classes."""

    name: str
    least_px: float
    most_px: float | None
    figures: Figures


class Confusion(_Part):
    """counts[predicted][true] at the operating thresholds; the last row and column are the background."""

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class FindingKind(StrEnum):
    MISS = "miss"
    FALSE_ALARM = "false_alarm"


class Finding(_Part):
    """A labelled object that stays bare, or a detection of nothing labelled. Edges: fractions of the picture.

    picture: its number in PyroBlur's data set, None for a data.yaml. name: of the picture within the data set.
    score: of the detection; of a miss, the threshold below which it would be covered (None: at none).
    """

    kind: FindingKind
    label: str
    picture: int | None
    name: str
    left: float
    top: float
    right: float
    bottom: float
    side_px: float
    score: float | None = None


class Times(_Part):
    """Of single pictures, in milliseconds. counts[i]: how many took edges[i] to edges[i + 1]."""

    median_ms: float
    p95_ms: float
    p99_ms: float
    pictures_s: float
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()


class ModelResult(_Part):
    """One model on one data set.

    model: as it was asked for. files: SHA-256 of its networks. parameters: how many weights they have. run: the
    training that made it. missing: classes of the data set that it does not find. notes: sentences for the user.
    findings: worst first.
    """

    model: str
    title: str
    engine: str
    device: str
    precision: str
    files: tuple[str, ...]
    classes: tuple[str, ...]
    missing: tuple[str, ...] = ()
    parameters: int | None = None
    run: str | None = None
    size_bytes: int = 0
    load_s: float | None = None
    figures: Figures
    by_class: tuple[ClassResult, ...] = ()
    by_size: tuple[SizeResult, ...] = ()
    confusion: Confusion | None = None
    findings: tuple[Finding, ...] = ()
    misses: int = 0
    false_alarms: int = 0
    times: Times | None = None
    failed: int = 0
    notes: tuple[str, ...] = ()


class Verdict(StrEnum):
    BETTER = "better"  # the one, than the other
    WORSE = "worse"
    NOT_DISTINGUISHABLE = "not_distinguishable"


class Comparison(_Part):
    """One figure of two models on the same pictures: difference = one - other, with its interval."""

    one: str
    other: str
    figure: str
    difference: float
    interval: Interval
    verdict: Verdict


class DataFacts(_Part):
    """What was measured on. name: of the data set, or the path of its data.yaml. dataset: a name of PyroBlur's."""

    name: str
    dataset: str | None
    split: str
    fingerprint: str
    pictures: int
    classes: tuple[str, ...]
    truths: dict[str, int]
    without_truth: tuple[str, ...] = ()
    unreadable: int = 0


class SpeedResult(_Part):
    """One way to run one model. error: why it did not run; then there are no figures.

    batch: pictures in one array; is_streamed: one by one instead, with so many under way at once, as blurring does.
    note: what a reader of the figures must know, such as a file that takes one picture at a time.
    size: longest side of the input; memory_bytes: that loading and running it added to the process; utilisation: of
    the GPU, mean over the measurement. first_ms: the first picture, before it was warm.
    """

    model: str
    engine: str
    device: str
    precision: str
    size: int
    batch: int
    is_streamed: bool = False
    times: Times | None = None
    load_s: float | None = None
    first_ms: float | None = None
    memory_bytes: int | None = None
    gpu_utilisation: float | None = None
    gpu_memory_bytes: int | None = None
    error: str = ""
    note: str = ""


class ClipSpeed(_Part):
    """Blurring a clip from file to file: decoding, looking, covering, encoding."""

    model: str
    clip: str
    width: int
    height: int
    frames: int
    wall_s: float
    frames_s: float


class ClipResult(_Part):
    """What is left bare in a clip after tracking and gap filling.

    object_frames: labelled objects, counted once a frame; leaked: of these, bare. longest: frames in a row in which
    one object is bare; detected_only: leaked if only what was detected in a frame were covered there.
    """

    model: str
    clip: str
    frames: int
    object_frames: int
    leaked: int
    longest: int
    longest_s: float | None
    detected_only: int
    by_class: dict[str, tuple[int, int]] = {}  # object-frames, leaked
    interpolated: int = 0


class BenchmarkResult(_Part):
    """Everything. made: when. machine: facts of core.system. versions: of the libraries that took part.

    resamples, seed: of the bootstrap. spec: what was asked for, so that it can be asked again.
    """

    schema_version: int = 1
    made: datetime
    wall_s: float = 0.0
    spec: dict[str, JsonValue]
    machine: dict[str, str]
    versions: dict[str, str]
    data: DataFacts | None = None
    resamples: int = 0
    seed: int = 0
    models: tuple[ModelResult, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    speed: tuple[SpeedResult, ...] = ()
    clip_speed: tuple[ClipSpeed, ...] = ()
    clips: tuple[ClipResult, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: bytes | str) -> Self:
        """From the JSON in RESULT_FILE. Raises ValueError (pydantic's) for anything else."""
        return cls.model_validate_json(text)
