"""Which samples are taken when there are more than wanted: the same ones again for the same seed."""

import hashlib
from collections import Counter
from collections.abc import Iterable


def chosen(samples: Iterable[tuple[str, frozenset[str]]], *, most: int, seed: int, most_in_all: int = 0) -> set[str]:
    """Names of the samples to take, so that at most `most` of them show each class, and at most so many in all; 0: all.

    samples: (name, classes of its boxes) in any order; those without boxes count as a class of their own.
    The order in which samples are considered follows from the seed and their names alone, so a source that grew gives
    mostly the same ones.
    """
    ranked = sorted(samples, key=lambda sample: _rank(sample[0], seed))
    if not most:
        return {name for name, _ in ranked[: most_in_all or None]}
    counts: Counter[str] = Counter()
    taken: set[str] = set()
    for name, classes in ranked:
        if len(taken) == most_in_all and most_in_all:
            break
        shown = classes or {""}
        if all(counts[label] < most for label in shown):
            counts.update(shown)
            taken.add(name)
    return taken


def _rank(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
