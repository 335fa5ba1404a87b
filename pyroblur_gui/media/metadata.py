"""Which metadata may stay: nothing, unless it is asked for by name."""

from collections.abc import Collection, Mapping


def kept(metadata: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """The entries that were asked for by name (case does not matter)."""
    raise NotImplementedError
