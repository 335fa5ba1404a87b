"""What the Benchmark tab says of figures: whole sentences and cells of tables, in the user's language. No Qt."""

from collections.abc import Iterator, Sequence

from pyroblur_gui.benchmark.result import (
    BenchmarkResult,
    ClassResult,
    Comparison,
    Figures,
    Finding,
    FindingKind,
    ModelResult,
    SpeedResult,
    Verdict,
)
from pyroblur_gui.ui.i18n import numeral, term, tr, translated, trn

NOTHING = "–"
DECISIVE = ("leak_objects", "map50_95")
SHOWN = ("map50", "map50_95", "precision", "recall", "f1", "leak_objects", "leak_area", "in_vain")
Rows = list[tuple[str, ...]]


def short(model: str) -> str:
    """A file by its name, a model of the catalogue as it is."""
    return model.replace("\\", "/").rpartition("/")[2] or model


def figure_heads() -> tuple[str, ...]:
    return (
        tr("Labelled"),
        tr("mAP50"),
        tr("mAP50-95"),
        tr("Precision"),
        tr("Recall"),
        tr("F1"),
        tr("Leaked objects"),
        tr("Leaked area"),
        tr("In vain"),
    )


def figure_cells(figures: Figures) -> tuple[str, ...]:
    return (numeral(figures.truths, ","), *(_with_interval(figures, name) for name in SHOWN))


def _with_interval(figures: Figures, name: str) -> str:
    """E.g. "0.421", and "0.395–0.447" on a line of its own; shares of leaks in per cent."""
    value, interval = getattr(figures, name), figures.intervals.get(name)
    if value is None:
        return NOTHING
    is_share = name in {"leak_objects", "leak_area", "in_vain"}
    if is_share:
        digits = 2 if name == "in_vain" else 1
        text = f"{numeral(100 * value, f'.{digits}f')} %"
        low_high = (
            [] if interval is None else [numeral(100 * edge, f".{digits}f") for edge in (interval.low, interval.high)]
        )
        return "\n".join(filter(None, (text, "–".join(low_high))))
    text = numeral(value, ".3f")
    return text if interval is None else f"{text}\n{numeral(interval.low, '.3f')}–{numeral(interval.high, '.3f')}"


def model_rows(result: BenchmarkResult) -> Rows:
    return [(short(model.model), *figure_cells(model.figures)) for model in result.models]


def class_rows(result: BenchmarkResult) -> Rows:
    return [
        (f"{short(model.model)}: {term(each.name)}", *figure_cells(each.figures))
        for model in result.models
        for each in model.by_class
    ]


def size_rows(result: BenchmarkResult) -> Rows:
    names = {"tiny": tr("Tiny"), "small": tr("Small"), "medium": tr("Medium"), "large": tr("Large")}
    rows: Rows = []
    for model in result.models:
        for each in model.by_size:
            if not each.figures.truths:
                continue
            limits = (
                tr("{least} px and more", least=numeral(each.least_px, "g"))
                if each.most_px is None
                else tr("{least} to {most} px", least=numeral(each.least_px, "g"), most=numeral(each.most_px, "g"))
            )
            rows.append(
                (f"{short(model.model)}: {names.get(each.name, each.name)}, {limits}", *figure_cells(each.figures)[:7])
            )
    return rows


def speed_heads() -> tuple[str, ...]:
    return (
        tr("Model"),
        tr("Engine"),
        tr("Device"),
        tr("Precision"),
        tr("Size"),
        tr("Batch"),
        tr("Median"),
        tr("95 %"),
        tr("99 %"),
        tr("Pictures/s"),
        tr("Load"),
        tr("Memory"),
    )


def speed_rows(rows: Sequence[SpeedResult]) -> Rows:
    found: Rows = []
    for row in rows:
        batch = tr("{count} under way", count=row.batch) if row.is_streamed else str(row.batch)
        head = (short(row.model), row.engine, row.device, row.precision, f"{row.size} px", batch)
        if row.times is None:
            found.append((*head, translated(row.error), *("",) * 5))
            continue
        times = row.times
        found.append(
            (
                *head,
                *(f"{numeral(value, '.1f')} ms" for value in (times.median_ms, times.p95_ms, times.p99_ms)),
                numeral(times.pictures_s, ".1f"),
                NOTHING if row.load_s is None else f"{numeral(row.load_s, '.2f')} s",
                NOTHING if row.memory_bytes is None else f"{numeral(row.memory_bytes / 1e6, '.0f')} {tr('MB')}",
            )
        )
    return found


def clip_lines(result: BenchmarkResult) -> Iterator[str]:
    for row in result.clips:
        yield tr(
            "{model} on {clip}: {leaked} of {all} object-frames are bare after tracking, {longest} in a row at most; "
            "{alone} would be without tracking.",
            model=short(row.model),
            clip=row.clip,
            leaked=numeral(row.leaked, ","),
            all=numeral(row.object_frames, ","),
            longest=numeral(row.longest, ","),
            alone=numeral(row.detected_only, ","),
        )
    for speed in result.clip_speed:
        yield tr(
            "{model} blurs {clip} ({width} x {height}) at {rate} frames/s.",
            model=short(speed.model),
            clip=speed.clip,
            width=speed.width,
            height=speed.height,
            rate=numeral(speed.frames_s, ".1f"),
        )


def verdicts(result: BenchmarkResult) -> list[str]:
    """Plain sentences that claim no more than the pictures can carry."""
    if result.data is None:
        return []
    pictures = result.data.pictures
    if len(result.models) == 1:
        return [_alone(result.models[0], pictures)]
    return [_sentence(each, pictures) for figure in DECISIVE for each in result.comparisons if each.figure == figure]


def _alone(model: ModelResult, pictures: int) -> str:
    leak = model.figures.leak_objects
    if leak is None:
        return ""
    interval = model.figures.intervals.get("leak_objects")
    return trn(
        "Of {count} labelled object, {model} leaves {share} bare{range} at its thresholds, on {pictures} pictures.",
        "Of {count} labelled objects, {model} leaves {share} bare{range} at its thresholds, on {pictures} pictures.",
        model.figures.truths,
        model=short(model.model),
        share=f"{numeral(100 * leak, '.1f')} %",
        range=""
        if interval is None
        else f" ({numeral(100 * interval.low, '.1f')}–{numeral(100 * interval.high, '.1f')} %)",
        pictures=numeral(pictures, ","),
    )


def _sentence(each: Comparison, pictures: int) -> str:
    one, other = short(each.one), short(each.other)
    low, high = each.interval.low, each.interval.high
    is_leak = each.figure == "leak_objects"
    unit, factor, digits = (" %", 100, 1) if is_leak else ("", 1, 3)
    values: dict[str, object] = {
        "count": numeral(pictures, ","),
        "figure": tr("leaked objects") if is_leak else tr("mAP50-95"),
    }
    if each.verdict is Verdict.NOT_DISTINGUISHABLE:
        return tr(
            "{one} and {other} are not distinguishable in {figure} on these {count} pictures (difference {difference}, "
            "95 % between {low} and {high}).",
            one=one,
            other=other,
            difference=numeral(factor * each.difference, f"+.{digits}f") + unit,
            low=numeral(factor * low, f"+.{digits}f") + unit,
            high=numeral(factor * high, f"+.{digits}f") + unit,
            **values,
        )
    if each.verdict is Verdict.WORSE:
        one, other = other, one
    small, large = sorted((abs(low), abs(high)))
    return tr(
        "{one} is better than {other} in {figure} by {difference} (95 % between {low} and {high}) on these {count} "
        "pictures.",
        one=one,
        other=other,
        difference=numeral(factor * abs(each.difference), f".{digits}f") + unit,
        low=numeral(factor * small, f".{digits}f") + unit,
        high=numeral(factor * large, f".{digits}f") + unit,
        **values,
    )


def speed_notes(result: BenchmarkResult) -> list[str]:
    """What a reader of the table of speeds must know, once a model."""
    return list(
        dict.fromkeys(translated(f"{short(row.model)}, {row.engine}: {row.note}") for row in result.speed if row.note)
    )


def notes(result: BenchmarkResult) -> list[str]:
    found = [translated(note) for note in result.notes]
    for model in result.models:
        found += [f"{short(model.model)}: {translated(note)}" for note in model.notes]
        if model.missing:
            found.append(
                tr(
                    "{model} does not find {classes}; its figures are about its other classes.",
                    model=short(model.model),
                    classes=", ".join(map(term, model.missing)),
                )
            )
    if result.data is not None and result.data.without_truth:
        names = ", ".join(map(term, result.data.without_truth))
        found.append(tr("Nothing is labelled as {classes} in this split: it does not count.", classes=names))
    return found


def about(result: BenchmarkResult) -> str:
    """E.g. "street, val: 100 pictures"."""
    if result.data is None:
        return tr("Speed and clips")
    name = result.data.dataset or short(result.data.name)
    return trn(
        "{name}, {split}: {count} picture",
        "{name}, {split}: {count} pictures",
        result.data.pictures,
        name=name,
        split=result.data.split,
    )


def leak_text(each: ClassResult, threshold: float) -> str:
    """What a threshold would leave bare and cover in vain."""
    curve = each.leaks
    if curve is None:
        return ""
    place = min(range(len(curve.thresholds)), key=lambda at: abs(curve.thresholds[at] - threshold))
    return tr(
        "{objects} of the objects and {area} of their area stay bare; {vain} of a picture is covered in vain.",
        objects=f"{numeral(100 * curve.leak_objects[place], '.1f')} %",
        area=f"{numeral(100 * curve.leak_area[place], '.1f')} %",
        vain=f"{numeral(100 * curve.in_vain[place], '.2f')} %",
    )


def reach_text(each: ClassResult) -> str:
    if each.reach is None:
        return ""
    wanted = f"{numeral(100 * each.reach.wanted, '.0f')} %"
    if each.reach.threshold is None:
        return tr(
            "No threshold covers {wanted} of the objects; at most {best} are covered.",
            wanted=wanted,
            best=f"{numeral(100 * each.reach.best, '.1f')} %",
        )
    return tr(
        "A threshold of {threshold} covers {wanted} of the objects, with {vain} of a picture covered in vain.",
        threshold=numeral(each.reach.threshold, "g"),
        wanted=wanted,
        vain=f"{numeral(100 * (each.reach.in_vain or 0), '.2f')} %",
    )


def finding_text(finding: Finding) -> str:
    """E.g. "face of 40 px, would be covered below 0.12"."""
    size = numeral(finding.side_px, ".0f")
    if finding.kind is FindingKind.FALSE_ALARM:
        return tr(
            "{label}, sure to {score}, {size} px",
            label=term(finding.label),
            score=numeral(finding.score or 0, ".2f"),
            size=size,
        )
    if finding.score is None:
        return tr("{label}, {size} px, not seen at all", label=term(finding.label), size=size)
    return tr(
        "{label}, {size} px, seen with {score}",
        label=term(finding.label),
        size=size,
        score=numeral(finding.score, ".2f"),
    )
