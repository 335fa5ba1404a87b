"""Every string that a user sees goes through here, so that a translation can replace it.

gettext rather than Qt's translator: presenters have no Qt. Whole sentences with named gaps, never glued fragments;
English is the source language and needs no catalogue.
"""

import gettext
from pathlib import Path

DOMAIN = "pyroblur"


class _Language:
    """The language in use; a program has one."""

    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(language: str, folder: Path) -> None:
    """Translates from now on with `folder`/LANGUAGE/LC_MESSAGES/pyroblur.mo; English where that is missing."""
    _Language.catalogue = gettext.translation(DOMAIN, folder, [language], fallback=True)


def tr(message: str, /, **values: object) -> str:
    """The message in the user's language, its {gaps} filled with `values`."""
    text = _Language.catalogue.gettext(message)
    return text.format(**values) if values else text


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """Like tr(), in the plural that fits `count`, which also fills the gap {count}."""
    return _Language.catalogue.ngettext(one, many, count).format(count=f"{count:,}", **values)
