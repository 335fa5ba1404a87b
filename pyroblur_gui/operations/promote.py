"""Promotes a model: the registry, the record and the file that Blur goes by, all of them or none.

The file is written last and in one step: until then nothing has changed for who covers. What is begun is noted before;
when a later step fails it is taken back at once, and where PyroBlur was killed between, before anybody looks at the
registry again: the note says what there is to take back.
"""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from pyroblur_gui.core.errors import PromotionError, PyroblurError
from pyroblur_gui.core.files import PartFile
from pyroblur_gui.core.paths import folders
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Started
from pyroblur_gui.models import catalogue, production, store
from pyroblur_gui.models.production import Promoted
from pyroblur_gui.operations import plan_models, promotion_note
from pyroblur_gui.operations.evidence import gather
from pyroblur_gui.operations.promotion_note import PromotionNote
from pyroblur_gui.operations.runs_sync import sync
from pyroblur_gui.runs import decision
from pyroblur_gui.runs.decision import Evidence
from pyroblur_gui.runs.embedded import store_mark
from pyroblur_gui.runs.place import Place, alone, here
from pyroblur_gui.runs.record import Logged, RunLog, logged
from pyroblur_gui.runs.row import MODEL_TAG
from pyroblur_gui.runs.spec import Alias, PromoteSpec, RegistrySpec, RollBackSpec
from pyroblur_gui.runs.tracking import Tracking
from pyroblur_gui.training.run import RunFolder

SHA_TAG = "pyroblur.sha256"
DECISION_TAG = "pyroblur.decision"


def decisions_folder() -> Path:
    return folders().data / "decisions"


def run(spec: PromoteSpec, context: Context) -> dict[str, JsonValue]:
    """{"model", "alias", "version", "record": Markdown, "decision": its file, "shortfalls", "judged"}.

    Raises PromotionError when the model falls short and no reason is given, RunStoreError, StoreAwayError; then nothing
    is promoted.
    """
    context.emit(Started(kind=spec.kind, detail={"model": spec.model}))
    made = datetime.now(UTC)
    evidence = gather(spec)
    text = spec.record or decision.record(evidence, made=made, decision=spec.reason)
    told = _told(spec, evidence, text)
    if spec.is_draft:
        return told
    if evidence.shortfalls and not spec.reason:
        message = f"{spec.model} is not promoted: {'; '.join(evidence.shortfalls)}."
        raise PromotionError(message, hint="Measure or train it further, change the goals, or give the reason for it.")
    place = here()
    sync(place, context)
    with alone():
        tracking = Tracking(place)
        _take_back_what_broke_off(tracking, place)
        version, path = _promote(tracking, place, spec=spec, evidence=evidence, text=text, made=made)
    return {**told, "version": version, "decision": str(path)}


def roll_back(spec: RollBackSpec, context: Context) -> dict[str, JsonValue]:
    """{"model": in production now, "from": what was}. Raises ModelError, RunStoreError, StoreAwayError."""
    before = production.production()
    after = before.rolled_back()
    context.emit(Started(kind=spec.kind, detail={"model": after.now.model if after.now else production.USUAL}))
    with alone():
        place = here()
        tracking = Tracking(place)
        _take_back_what_broke_off(tracking, place)
        was = tracking.aliases().get(Alias.PRODUCTION)
        version = after.now.version if after.now is not None else None
        if was is not None or version:
            tracking.set_alias(Alias.PRODUCTION, version or None)
        try:
            production.keep(after)
        except PyroblurError:
            if was is not None:
                tracking.set_alias(Alias.PRODUCTION, was)
            raise
    was_model = before.now.model if before.now is not None else production.USUAL
    return {"model": production.default_model(), "from": was_model}


def registry(spec: RegistrySpec, context: Context) -> dict[str, JsonValue]:
    """{"production": the model in use, "versions": [{"version", "model", "aliases", "run", "record", "at"}]}."""
    context.emit(Started(kind=spec.kind))
    place = here()
    if place.is_own and place.database is not None and not place.database.exists():
        return {"production": production.default_model(), "versions": []}
    with alone():
        tracking = Tracking(place)
        _take_back_what_broke_off(tracking, place)
        aliases = _mended(tracking)
        found = tracking.versions()
    versions: list[JsonValue] = [
        {
            "version": each.number,
            "model": each.tags.get(MODEL_TAG, ""),
            "aliases": [alias for alias, number in aliases.items() if number == each.number],
            "run": each.run,
            "record": each.tags.get(DECISION_TAG, ""),
            "at": each.created_ms / 1000,
        }
        for each in found
    ]
    return {"production": production.default_model(), "versions": versions}


def _mended(tracking: Tracking) -> dict[str, str]:
    """The aliases, production as the file says it: it is what counts."""
    aliases = tracking.aliases()
    now = production.production().now
    if now is not None and now.version and aliases.get(Alias.PRODUCTION) != now.version:
        if any(each.number == now.version for each in tracking.versions()):
            tracking.set_alias(Alias.PRODUCTION, now.version)
        return tracking.aliases()
    if now is None and Alias.PRODUCTION in aliases:
        tracking.set_alias(Alias.PRODUCTION, None)
        return tracking.aliases()
    return aliases


def _promote(
    tracking: Tracking, place: Place, *, spec: PromoteSpec, evidence: Evidence, text: str, made: datetime
) -> tuple[str, Path]:
    sha = "" if catalogue.is_shipped(spec.model) else store.card(spec.model).sha256
    run = _run_of(tracking, place, spec.model, evidence.candidate.run)
    path = decisions_folder() / f"{made:%Y%m%d-%H%M%S}-{spec.model}.md"
    note = PromotionNote(
        store=store_mark(place),
        alias=spec.alias.value,
        was=tracking.aliases().get(spec.alias),
        decision=path.name,
    )
    tags = {MODEL_TAG: spec.model, SHA_TAG: sha, DECISION_TAG: path.name}
    promotion_note.keep(note)
    try:
        version = tracking.register(run, tracking.artifacts_of(run), tags=tags, description=text)
        tracking.keep_text(run, f"decisions/{path.name}", text)
        with PartFile(path) as part:
            part.path.write_text(text, encoding="utf-8")
            part.commit()
        tracking.set_alias(spec.alias, version.number)
        if spec.alias is Alias.PRODUCTION:
            promoted = Promoted(model=spec.model, sha256=sha, version=version.number, decision=path.name, at=made)
            production.keep(production.production().after(promoted))
    except BaseException:
        with contextlib.suppress(PyroblurError):  # a registry that does not answer is told at the next look
            _take_back(tracking, note)
        raise
    promotion_note.forget()
    plan_models.offer(spec.model)
    return version.number, path


def _take_back_what_broke_off(tracking: Tracking, place: Place) -> None:
    """Call it within alone(): then nobody is in the middle of a promotion. Raises RunStoreError, StoreAwayError."""
    note = promotion_note.read()
    if note is None:
        return
    if _is_complete(tracking, note):
        promotion_note.forget()
    elif note.store == store_mark(place):  # of another store, once that one is looked at
        _take_back(tracking, note)


def _is_complete(tracking: Tracking, note: PromotionNote) -> bool:
    """What counts is the last step: the file for what is in production, the alias for a candidate."""
    if note.alias == Alias.PRODUCTION:
        now = production.production().now
        return now is not None and now.decision == note.decision
    number = tracking.aliases().get(note.alias)
    return any(each.number == number and each.tags.get(DECISION_TAG) == note.decision for each in tracking.versions())


def _take_back(tracking: Tracking, note: PromotionNote) -> None:
    """Everything that the promotion may have left; the note goes last. Raises RunStoreError, StoreAwayError."""
    (decisions_folder() / note.decision).unlink(missing_ok=True)
    for version in tracking.versions():
        if version.tags.get(DECISION_TAG) == note.decision:
            if tracking.aliases().get(note.alias) == version.number:
                tracking.set_alias(Alias(note.alias), note.was)
            tracking.unregister(version.number)
    promotion_note.forget()


def _run_of(tracking: Tracking, place: Place, model: str, run: str) -> str:
    """The logged run that made the model; for a model from elsewhere, one that holds nothing but the model."""
    if run:
        known = logged(RunFolder.of(run).path, store_mark(place))
        if known.run and not known.is_gone:
            return known.run
    files: dict[Path, str] = {}
    sha = model
    if not catalogue.is_shipped(model):
        sha = store.card(model).sha256
        path = store.model_file(model)
        files = {path: "model", path.with_name(store.CARD_FILE): "model"}
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    what = RunLog(
        uid=f"model@{sha}", name=model, status="FINISHED", started_ms=now_ms, ended_ms=now_ms, params={}, series={},
        tags={MODEL_TAG: model}, files=files,
    )  # fmt: skip
    *_, known = tracking.log(what, Logged())
    return known.run


def _told(spec: PromoteSpec, evidence: Evidence, text: str) -> dict[str, JsonValue]:
    judged: list[JsonValue] = [
        {
            "rule": str(each.rule),
            "verdict": each.verdict.name.lower(),
            "value": each.found.value if each.found else None,
        }
        for each in evidence.judged
    ]
    return {
        "model": spec.model,
        "alias": spec.alias.value,
        "record": text,
        "shortfalls": [*evidence.shortfalls],
        "judged": judged,
        "source": evidence.candidate.source,
    }
