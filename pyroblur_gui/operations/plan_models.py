"""Of the models that the runs of a plan leave, the best one is offered; the others are kept, and stand aside."""

from pyroblur_gui.core.errors import ModelError, PyroblurError
from pyroblur_gui.models import catalogue, production, store
from pyroblur_gui.models.card import Card
from pyroblur_gui.operations import plans
from pyroblur_gui.runs import plan as known
from pyroblur_gui.runs.plan import CellState, Outcome


def sort_out(run: str) -> None:
    """After a run of a plan is done; of any other run, nothing is changed. What was promoted stays offered."""
    name = known.plan_of(run)
    if name is None:
        return
    try:
        outcomes = plans.outcomes(known.find(name))
    except PyroblurError:  # the plan's file was changed by hand: nothing is known of its runs
        return
    done = {each: outcome for each, outcome in outcomes.items() if outcome.state is CellState.DONE}
    best = max(sorted(done), key=lambda each: _value(done[each]), default=run)
    for each in done:
        card = _card_of(each)
        if card is not None:
            _put(card, is_aside=each != best and not _was_promoted(card.name))


def offer(model: str) -> None:
    """It is wanted: it stands aside no longer."""
    if not catalogue.is_shipped(model):
        _put(store.card(model), is_aside=False)


def _put(card: Card, *, is_aside: bool) -> None:
    if card.is_aside != is_aside:
        store.rewrite(card.model_copy(update={"is_aside": is_aside}))


def _value(outcome: Outcome) -> float:
    return outcome.value if outcome.value is not None else float("-inf")


def _card_of(run: str) -> Card | None:
    try:
        card = store.card(store.name_from(run))
    except ModelError:
        return None
    return card if card.recipe.get("run") == run else None


def _was_promoted(model: str) -> bool:
    known_ones = production.production()
    return any(each is not None and each.model == model for each in (known_ones.now, *known_ones.before))
