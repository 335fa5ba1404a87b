"""What the three shares of a split become when one of them is changed. No Qt."""

from pyroblur_gui.ui.i18n import tr

Shares = tuple[int, int, int]
WHOLE = 100


def balanced(shares: Shares, place: int, value: int) -> Shares:
    """One share set to a value; the last of the others gives or takes what is missing, then the next before it.

    The first one, training, is never taken below 1.
    """
    parts = list(shares)
    parts[place] = max(1 if place == 0 else 0, min(value, WHOLE if place == 0 else WHOLE - 1))
    missing = WHOLE - sum(parts)
    for other in _givers(place):
        least = 1 if other == 0 else 0
        moved = max(missing, least - parts[other])
        parts[other] += moved
        missing -= moved
    return parts[0], parts[1], parts[2]


def _givers(place: int) -> tuple[int, int]:
    """Training first: it is by far the largest, and the user sets the small ones."""
    return (1, 2) if place == 0 else (0, 3 - place)


def shares_text(shares: Shares) -> str:
    return tr("Training {train} %, validation {val} %, test {test} %", train=shares[0], val=shares[1], test=shares[2])
