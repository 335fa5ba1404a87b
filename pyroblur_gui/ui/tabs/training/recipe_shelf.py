"""The recipes that the form offers: takes one down, and puts what the form says there as a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyroblur_gui.core.errors import PyroblurError
from pyroblur_gui.training import recipes
from pyroblur_gui.ui.i18n import failure_text, tr, translated
from pyroblur_gui.ui.tabs.training.recipe_dialog import RecipeDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyroblur_gui.training.spec import Recipe
    from pyroblur_gui.ui.tabs.training.tab import TrainingTab


class RecipeShelf:
    """say: shows a sentence above the tab."""

    def __init__(self, tab: TrainingTab, say: Callable[[str], None]) -> None:
        self._tab = tab
        self._say = say
        tab.start.recipe_chosen.connect(self._take)
        tab.commands.save_recipe.triggered.connect(self._ask)

    def show(self, chosen: str) -> None:
        """All that there are, and in the form what the chosen one says."""
        found: dict[str, Recipe] = {}
        for name in recipes.names():
            try:
                found[name] = recipes.recipe(name)
            except PyroblurError as error:
                self._say(failure_text(error))
        self._tab.start.show_recipes([(name, translated(recipe.title)) for name, recipe in found.items()], chosen)
        if chosen in found:
            self._tab.start.show_recipe(found[chosen])

    def _take(self, name: str) -> None:
        try:
            self._tab.start.show_recipe(recipes.recipe(name))
        except PyroblurError as error:
            self._tab.start.say_problem(failure_text(error))

    def _ask(self) -> None:
        draft = self._tab.start.draft()
        if draft is not None:
            dialog = RecipeDialog(draft.recipe.model_copy(update={"data": draft.data}), self._tab)
            dialog.wanted.connect(self._keep)
            dialog.open()

    def _keep(self, recipe: Recipe) -> None:
        try:
            path = recipes.keep(recipe)
        except PyroblurError as error:
            self._say(failure_text(error))
            return
        self.show(recipe.name)
        self._say(tr("The recipe is kept in {file}.", file=path))
