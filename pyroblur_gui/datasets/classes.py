"""The classes of a data set: what is told apart, in the order of their ids, and how others' names lead to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyroblur_gui.core.classes import FACE, LICENSE_PLATE, MAIN_CLASSES

# Names that others use for the two main classes, written as `plain` makes them.
KNOWN_NAMES: Mapping[str, str] = {
    "face": FACE,
    "human face": FACE,
    "head": FACE,
    "license plate": LICENSE_PLATE,
    "licence plate": LICENSE_PLATE,
    "licenseplate": LICENSE_PLATE,
    "licenceplate": LICENSE_PLATE,
    "licence": LICENSE_PLATE,
    "license": LICENSE_PLATE,
    "number plate": LICENSE_PLATE,
    "numberplate": LICENSE_PLATE,
    "plate": LICENSE_PLATE,
    "vehicle registration plate": LICENSE_PLATE,
}
ALL_OTHERS = "*"  # stands for every name that nothing else is said of
LEFT_OUT = ""  # the target of a name whose boxes are not taken


@dataclass(frozen=True)
class ClassMap:
    """Their names to ours; a name that maps to LEFT_OUT is dropped with its boxes.

    Names that nothing is said of keep themselves, unless they are known names of a main class.
    """

    chosen: Mapping[str, str]

    def ours(self, theirs: str) -> str:
        if theirs in self.chosen:
            return self.chosen[theirs]
        if ALL_OTHERS in self.chosen:
            return self.chosen[ALL_OTHERS]
        return KNOWN_NAMES.get(plain(theirs), theirs)


def plain(name: str) -> str:
    """The name as people mean it: lower case, single spaces for underscores and dashes."""
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def ordered(names: Sequence[str]) -> tuple[str, ...]:
    """The main classes first, whether they occur or not, then the others by name: the ids of a data set."""
    return (*MAIN_CLASSES, *sorted(set(names) - set(MAIN_CLASSES) - {LEFT_OUT}))
