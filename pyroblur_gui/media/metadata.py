"""Which metadata may stay: nothing, unless it is asked for by name."""

from collections.abc import Collection, Mapping


def kept(metadata: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """The entries that were asked for by name, exactly (case does not matter).

    A name stands for itself alone: "location" does not bring "location-eng" or
    "com.apple.quicktime.location.ISO6709" along, so that a position stays only where just that was asked for.
    """
    wanted = {name.casefold() for name in names}
    return {name: value for name, value in metadata.items() if name.casefold() in wanted}
