"""What PyroBlur finds and covers, by the names that models, data sets and covers agree on."""

from enum import StrEnum

from pyroblur_gui.core.translation import numeral, trn

FACE = "face"
LICENSE_PLATE = "license_plate"
ANY_CLASS = "*"  # where a user gives a value for each class: the value of all others
BACKGROUND = "background"  # in confusion matrices: neither
MAIN_CLASSES = (FACE, LICENSE_PLATE)  # their ids are 0 and 1 wherever ids are used


class Unlabelled(StrEnum):
    """What a training does with pictures in which a class was not looked for."""

    LEAVE_OUT = "leave_out"
    TREAT_AS_BACKGROUND = "treat_as_background"


def counted(label: str, count: int) -> str:
    """So many objects of a class: "4 faces", "1 licence plate", "2 person"."""
    if label == FACE:
        return trn("{count} face", "{count} faces", count)
    if label == LICENSE_PLATE:
        return trn("{count} licence plate", "{count} licence plates", count)
    return f"{numeral(count)} {label}"
