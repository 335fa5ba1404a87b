"""Every string that the window shows goes through here: core/translation.py, by the name that the window knows.

Whole sentences with named gaps, never glued fragments; English is the source language and needs no catalogue.
"""

from pyroblur_gui.core.translation import date, failure_text, moment, numeral, renumbered, term, tr, translated, trn

__all__ = ["date", "failure_text", "moment", "numeral", "renumbered", "term", "tr", "translated", "trn"]
