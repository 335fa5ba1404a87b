"""Whether a model should be promoted, and the record that says why: goals, limits, the evidence, what was decided.

The record is Markdown: filled in from what was measured, edited by whoever decides, kept beside the model for good. It
is written in the language of who asked for it; what the other functions return stays English.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pyroblur_gui.core.errors import PromotionError
from pyroblur_gui.core.translation import moment, numeral, term, tr, translated

# Names that figures go by in benchmarks, on cards and in runs, and the one that is used here.
ALIASES: Mapping[str, str] = {
    "mAP50-95": "map50_95",
    "mAP50": "map50",
    "map50-95": "map50_95",
    "latency": "latency_ms",
}
TITLES: Mapping[str, str] = {
    "map50": "mAP50",
    "map50_95": "mAP50-95",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "leak_objects": "leak rate, objects",
    "leak_area": "leak rate, area",
    "in_vain": "covered in vain",
    "latency_ms": "latency, median (ms)",
    "fps": "pictures a second",
    "size_mb": "size (MB)",
}
NEXT_STEPS = "- Cover a few files of the usual kind with it and look at them.\n- Measure it again on new pictures."
_RULE = re.compile(r"^\s*([\w-]+)\s*(>=|<=|>|<)\s*([-+]?[\d.]+(?:e-?\d+)?)\s*(%?)\s*$")


class Verdict(StrEnum):
    MET = "met"
    NARROW = "narrow"  # met, but its interval is not
    MISSED = "missed"
    UNKNOWN = "unknown"  # not measured


@dataclass(frozen=True, slots=True)
class Rule:
    """A goal (at least) or a limit (at most) for a figure."""

    figure: str
    sign: str
    value: float

    def __str__(self) -> str:
        return f"{TITLES.get(self.figure, self.figure)} {self.sign} {self.value:g}"

    def holds(self, value: float) -> bool:
        return {
            ">=": value >= self.value,
            "<=": value <= self.value,
            ">": value > self.value,
            "<": value < self.value,
        }[self.sign]


@dataclass(frozen=True, slots=True)
class Figure:
    """low, high: its 95 % interval, where there is one."""

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        """As the language in use writes it."""
        if self.low is None or self.high is None:
            return numeral(self.value, ".4g")
        return tr("{value:.4g} ({low:.4g} to {high:.4g})", value=self.value, low=self.low, high=self.high)


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a model. source: where the figures come from. risks: what speaks against it, as sentences."""

    model: str
    title: str
    classes: tuple[str, ...]
    figures: Mapping[str, Figure]
    source: str
    run: str = ""
    risks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    rule: Rule
    verdict: Verdict
    found: Figure | None

    def __str__(self) -> str:
        """E.g. "recall: 0.41, where >= 0.9 is wanted"."""
        title, wanted, found = TITLES.get(self.rule.figure, self.rule.figure), self.rule, self.found
        if found is None:
            return f"{title}: not measured, and {wanted.sign} {wanted.value:g} is wanted"
        if self.verdict is Verdict.MISSED:
            return f"{title}: {found.value:.4g}, where {wanted.sign} {wanted.value:g} is wanted"
        if self.verdict is Verdict.NARROW:
            return (
                f"{title}: {found.value:.4g}, as wanted ({wanted.sign} {wanted.value:g}), but not all of its interval"
            )
        return f"{title}: {found.value:.4g}, as wanted ({wanted.sign} {wanted.value:g})"


@dataclass(frozen=True, slots=True)
class Evidence:
    """comparisons: sentences, such as "better than thorough by 0.03"."""

    candidate: Measured
    alternatives: tuple[Measured, ...]
    judged: tuple[Judged, ...]
    comparisons: tuple[str, ...] = ()
    missing_classes: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def shortfalls(self) -> list[str]:
        """Why it should not be promoted; empty when all is well."""
        said = [str(each) for each in self.judged if each.verdict in (Verdict.MISSED, Verdict.UNKNOWN)]
        if self.missing_classes:
            said.append(f"it does not find {', '.join(self.missing_classes)}, which is covered now")
        return said


def rule_of(text: str) -> Rule:
    """Of "map50_95>=0.5" or "latency_ms<=50". Raises PromotionError."""
    found = _RULE.match(text)
    if found is None:
        message = f"{text!r} is no goal or limit."
        raise PromotionError(message, hint="Write them as map50_95>=0.5, leak_objects<=5% or latency_ms<=50.")
    name, sign, number, percent = found.groups()
    figure = figure_name(name)
    if figure not in TITLES:
        message = f"There is no figure called {name}."
        raise PromotionError(message, hint=f"There are: {', '.join(TITLES)}.")
    return Rule(figure, sign, float(number) / (100 if percent else 1))


def figure_name(name: str) -> str:
    return ALIASES.get(name, name)


def judge(rules: Sequence[Rule], candidate: Measured) -> tuple[Judged, ...]:
    return tuple(_judged(rule, candidate.figures.get(rule.figure)) for rule in rules)


def record(evidence: Evidence, *, made: datetime, decision: str = "", next_steps: str = "") -> str:
    """The record as Markdown, to be edited, in the language in use."""
    parts = (
        (tr("Candidate"), _candidate(evidence)),
        (tr("Alternatives"), _alternatives(evidence)),
        (tr("Evidence"), _evidence(evidence)),
        (tr("Goals and limits"), _listed(*map(str, evidence.judged)) or _listed("None was set.")),
        (tr("Risks and mitigations"), _risks(evidence)),
        (tr("Decision"), [decision or _decision(evidence)]),
        (tr("Next steps"), [next_steps or translated(NEXT_STEPS)]),
    )
    lines = [
        f"# {tr('Promotion of {model}', model=translated(evidence.candidate.title))}", "", f"{moment(made)} UTC",
    ]  # fmt: skip
    for heading, text in parts:
        lines += ["", f"## {heading}", "", *text]
    return "\n".join(lines) + "\n"


def _candidate(evidence: Evidence) -> list[str]:
    candidate = evidence.candidate
    facts = {
        tr("model"): candidate.model,
        tr("run"): candidate.run,
        tr("finds"): ", ".join(map(term, candidate.classes)),
        tr("figures from"): translated(candidate.source),
        **{translated(name): translated(text) for name, text in evidence.facts.items()},
    }
    return [tr("- {name}: {text}", name=name, text=text) for name, text in facts.items() if text]


def _alternatives(evidence: Evidence) -> list[str]:
    named = [tr("- {name}: {text}", name=each.model, text=translated(each.title)) for each in evidence.alternatives]
    return named or _listed("None was looked at.")


def _evidence(evidence: Evidence) -> list[str]:
    compared = [f"- {sentence}" for sentence in evidence.comparisons]
    about = tr("Intervals are 95 % bootstrap intervals over pictures.")
    return [*_table(evidence), "", *compared, *([""] if compared else []), about]


def _listed(*sentences: str) -> list[str]:
    return [f"- {translated(sentence)}" for sentence in sentences]


def _judged(rule: Rule, found: Figure | None) -> Judged:
    if found is None:
        return Judged(rule, Verdict.UNKNOWN, None)
    if not rule.holds(found.value):
        return Judged(rule, Verdict.MISSED, found)
    worst = found.low if rule.sign.startswith(">") else found.high
    return Judged(rule, Verdict.MET if worst is None or rule.holds(worst) else Verdict.NARROW, found)


def _table(evidence: Evidence) -> list[str]:
    models = (evidence.candidate, *evidence.alternatives)
    named = [name for name in TITLES if any(name in model.figures for model in models)]
    if not named:
        return [tr("No figures are known.")]
    head = f"| {tr('figure')} | {' | '.join(model.model for model in models)} |"
    rule = f"|---|{'---|' * len(models)}"
    rows = [
        f"| {translated(TITLES[name])} | {' | '.join(str(model.figures.get(name, '-')) for model in models)} |"
        for name in named
    ]
    return [head, rule, *rows]


def _risks(evidence: Evidence) -> list[str]:
    found = [f"- {translated(shortfall)}." for shortfall in evidence.shortfalls]
    found += [
        "- "
        + tr(
            "{figure}: the figure itself is within, its interval is not. Measure on more pictures.",
            figure=translated(TITLES[each.rule.figure]),
        )
        for each in evidence.judged
        if each.verdict is Verdict.NARROW
    ]
    return [
        *found,
        *_listed(
            *evidence.candidate.risks,
            "It may miss what its test pictures do not show. Mitigation: verify results, and roll back at once.",
        ),
    ]


def _decision(evidence: Evidence) -> str:
    if evidence.shortfalls:
        reasons = "; ".join(map(translated, evidence.shortfalls))
        return tr("Not to be promoted as it is: {reasons}.", reasons=reasons)
    model = evidence.candidate.model
    return tr("{model} becomes the production model: it meets what was asked of it.", model=model)
