"""Makes a data set from one of the sources, once its licence was accepted."""

from pydantic import JsonValue, SecretStr

from pyroblur_gui.core.errors import AccessError
from pyroblur_gui.core.fields import hints_of
from pyroblur_gui.datasets.dataset import Provenance
from pyroblur_gui.datasets.sources.catalogue import open_source
from pyroblur_gui.datasets.sources.source import Gathering, Need, SourceFacts
from pyroblur_gui.datasets.spec import DownloadSpec, SourceOptions
from pyroblur_gui.datasets.store import Building
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.events import Started
from pyroblur_gui.net.download import HttpDownloader
from pyroblur_gui.net.keys import get_key, variable_of
from pyroblur_gui.operations.dataset_making import Making, Part


def run(spec: DownloadSpec, context: Context) -> dict[str, JsonValue]:
    """{"name", "path", "images", "boxes", "problems", "fingerprint"}. Raises PyroblurError, JobCancelledError.

    What was fetched stays when it is cancelled or fails, for the same spec to go on with, until store.discard.
    """
    source = open_source(spec.source)
    facts = source.facts
    _check_accepted(spec, facts)
    key = _key(facts)
    context.emit(Started(kind=spec.kind, detail={"name": spec.name, "source": facts.name}))

    def gather(building: Building) -> list[Part]:
        folder = building.work / facts.name
        folder.mkdir(exist_ok=True)
        gathering = Gathering(spec.options, folder, HttpDownloader(context), context, key)
        provenance = Provenance(
            source=facts.name,
            title=" ".join((facts.title, *_chosen(facts, spec.options))),
            licence=facts.licence.name,
            licence_url=facts.licence.url,
            citation=facts.citation,
            address=facts.homepage,
            is_synthetic=facts.is_synthetic,
        )
        return [Part(provenance, lambda: source.gather(gathering), facts.classes, links=building.work)]

    fetched = " ".join((facts.name, *_chosen(facts, spec.options)))
    making = Making(spec.name, spec.options, made_of=spec.model_dump_json(), source=fetched, adds=spec.adds)
    return making.run(gather, context)


def _check_accepted(spec: DownloadSpec, facts: SourceFacts) -> None:
    """What is made on this computer has no licence to accept."""
    if Need.NETWORK in facts.needs and not spec.has_accepted:
        message = f"The licence of {facts.title} ({facts.licence.name}) was not accepted."
        hint = f"Read it at {facts.licence.url or facts.homepage}, and accept it if you agree."
        raise AccessError(message, hint=hint)


def _key(facts: SourceFacts) -> SecretStr | None:
    if Need.KEY not in facts.needs:
        return None
    key = get_key(facts.name)
    if key is None:
        message = f"{facts.title} needs an access key of your own, and there is none."
        raise AccessError(message, hint=f"Enter it under the tab Data sets, or set {variable_of(facts.name)}.")
    return key


def _chosen(facts: SourceFacts, options: SourceOptions) -> tuple[str, ...]:
    """Which project and version, of a source that has several."""
    if hints_of(SourceOptions.model_fields["project"]).get("source") == facts.name:
        return options.project, str(options.version)
    return ()
