"""What is wrong with pictures together: the same one twice, leaks between splits, classes that are rare or missing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyroblur_gui.datasets.dataset import Dataset, Picture, Problem
from pyroblur_gui.datasets.sample import Split

Check = Callable[[Dataset], Iterator[Problem]]

RARE = 20  # times rarer than the most frequent class
TELLING = 20  # pictures in which a class was looked for and never found
UNEVEN = 0.2  # share of a split's boxes that would have to change their class for the mixture of all
MOST_NAMED = 5  # classes in one sentence
LEAST_BOXES = 30  # of a split, before its mixture says anything

_TRUTH = "boxes.origin != 'suggested'"
_IMPORTANCE = (Split.TEST, Split.VAL, Split.TRAIN)  # a leak is mended in the later one


def duplicates(dataset: Dataset) -> Iterator[Problem]:
    """Each further file with the same bytes, with the first one of them."""
    rows = dataset.database.execute(
        "SELECT id, first, (SELECT name FROM pictures WHERE id = first) AS original FROM ("
        "SELECT id, min(id) OVER (PARTITION BY sha256) AS first FROM pictures WHERE NOT is_removed AND error = ''"
        ") WHERE id != first"
    )
    for row in rows:
        yield Problem("duplicate", f"It is the same as {row['original']}.", picture=row["id"], other=row["first"])


def look_alikes(dataset: Dataset) -> Iterator[Problem]:
    """Near-duplicates: leaks where they are in different splits, else worth a look."""
    from pyroblur_gui.datasets import likeness  # noqa: PLC0415 - numpy, which the window does not load for this

    rows = dataset.database.execute(
        "SELECT id, likeness, split, sha256 FROM pictures WHERE NOT is_removed AND likeness IS NOT NULL ORDER BY id"
    ).fetchall()
    members: dict[int, list[_Member]] = defaultdict(list)
    for leader, (number, _, split, sha256) in zip(likeness.groups([row[1] for row in rows]), rows, strict=True):
        members[leader].append(_Member(number, None if split is None else Split(split), sha256))
    found = [pair for group in members.values() if len(group) > 1 for pair in _pairs(group)]
    names = _names(dataset, {other.id for _, _, other in found})
    for kind, one, other in found:
        yield Problem(kind, _said(kind, one, other, names), picture=one.id, other=other.id)


def splits(dataset: Dataset) -> Iterator[Problem]:
    """Splits that are empty, and pictures that are in none."""
    rows = dataset.database.execute(
        "SELECT split, count(*) FROM pictures WHERE NOT is_removed AND error = '' GROUP BY split"
    )
    counts: dict[str | None, int] = dict(rows.fetchall())
    unsplit = counts.pop(None, 0)
    if unsplit:
        pictures = "1 picture is" if unsplit == 1 else f"{unsplit:,} pictures are"
        yield Problem("unsplit", f"{pictures} not in any split.")
    if not counts:
        return
    for split in Split:
        if not counts.get(split):
            kind = "empty_test" if split is Split.TEST else "empty_split"
            yield Problem(kind, f"The split {split.value} has no pictures.")


def classes(dataset: Dataset) -> Iterator[Problem]:
    """Classes that are rare, missing in a split, or mixed differently in one."""
    names = dataset.classes
    boxes = _boxes(dataset)
    total: Counter[int] = sum(boxes.values(), Counter())
    for split in Split:
        yield from _mixture(split, boxes, total, names)
    if total:
        most, count = total.most_common(1)[0]
        rare = [f"{names[label]} has {total[label]:,}" for label in sorted(total) if total[label] * RARE < count]
        rare += [
            f"{names[label]} has none in {number:,} pictures in which it was looked for"
            for label, number in sorted(_looked_for(dataset).items())
            if number >= TELLING and label not in total and label < len(names)
        ]
        if rare:
            yield Problem("rare_class", f"{names[most]} has {count:,} boxes, but {_listed(rare)}.")


def unlabelled_classes(dataset: Dataset) -> Iterator[Problem]:
    """Classes that the data set shows, in the pictures of each source in which they were not looked for."""
    names = dataset.classes
    used = {label for label in sum(_boxes(dataset).values(), Counter()) if label < len(names)}
    rows = dataset.database.execute(
        "SELECT min(pictures.id) AS first, count(*) AS number, title, labelled FROM pictures "
        "JOIN sources ON sources.id = pictures.source WHERE NOT is_removed AND error = '' "
        "GROUP BY pictures.source, labelled"
    ).fetchall()
    for row in rows:
        missing = [names[label] for label in sorted(used - _labels(row["labelled"]))]
        if missing:
            pictures = "1 picture" if row["number"] == 1 else f"{row['number']:,} pictures"
            were = "was" if len(missing) == 1 else "were"
            detail = f"In {pictures} of {row['title']}, {_listed(missing)} {were} not looked for."
            yield Problem("unlabelled_class", detail, picture=row["first"])


def suggestions(dataset: Dataset) -> Iterator[Problem]:
    row = dataset.database.execute(
        "SELECT count(*), count(DISTINCT picture), min(picture) FROM boxes JOIN pictures ON pictures.id = picture "
        "WHERE origin = 'suggested' AND NOT is_removed"
    ).fetchone()
    boxes, pictures, first = row
    if boxes:
        waiting = "1 suggested box waits" if boxes == 1 else f"{boxes:,} suggested boxes wait"
        where = "1 picture" if pictures == 1 else f"{pictures:,} pictures"
        yield Problem("suggestions", f"{waiting} in {where}.", picture=first)


OF_PAIRS: tuple[Check, ...] = (duplicates, look_alikes)
OF_ALL: tuple[Check, ...] = (splits, classes, unlabelled_classes, suggestions)
CHECKS: tuple[Check, ...] = (*OF_PAIRS, *OF_ALL)
KINDS_OF_PAIRS = frozenset({"duplicate", "leak", "near_duplicate"})
KINDS_OF_ALL = frozenset(
    {
        "empty_split",
        "empty_test",
        "unsplit",
        "class_missing",
        "rare_class",
        "uneven_split",
        "unlabelled_class",
        "suggestions",
    }
)


def ended(dataset: Dataset, problems: Sequence[Problem]) -> set[int]:
    """Numbers of those of the problems that no longer are, because a picture was removed or moved."""
    named = {number for each in problems for number in (each.picture, each.other) if number is not None}
    pictures = {picture.id: picture for picture in dataset.pictures(sorted(named))}

    def is_ended(problem: Problem) -> bool:
        if problem.other is not None:
            return not is_pair(problem, pictures)
        return problem.picture is not None and (problem.picture not in pictures or pictures[problem.picture].is_removed)

    return {each.id for each in problems if is_ended(each)}


def is_pair(problem: Problem, pictures: dict[int, Picture]) -> bool:
    """Whether the two pictures of a problem still stand to each other as it says."""
    one, other = pictures.get(problem.picture or 0), pictures.get(problem.other or 0)
    if one is None or other is None or one.is_removed or other.is_removed:
        return False
    match problem.kind:
        case "leak":
            return one.split is not other.split and one.split is not None and other.split is not None
        case "near_duplicate":
            return one.split is other.split
        case _:
            return True


@dataclass(frozen=True, slots=True)
class _Member:
    """A picture of a group that looks alike."""

    id: int
    split: Split | None
    sha256: str


def _pairs(group: Sequence[_Member]) -> Iterator[tuple[str, _Member, _Member]]:
    """(kind, picture, other): leaks into the most important split of the group, and copies within each split."""
    firsts: dict[Split | None, _Member] = {}
    for member in group:
        first = firsts.setdefault(member.split, member)
        if first is not member and first.sha256 != member.sha256:
            yield "near_duplicate", member, first
    top = next((firsts[split] for split in _IMPORTANCE if split in firsts), None)
    for member in group:
        if top is not None and member.split is not None and member.split is not top.split:
            yield "leak", member, top


def _said(kind: str, one: _Member, other: _Member, names: dict[int, str]) -> str:
    if kind == "near_duplicate":
        return f"It looks like {names[other.id]}."
    return f"It is in {one.split}, and {names[other.id]}, which looks the same, is in {other.split}."


def _looked_for(dataset: Dataset) -> Counter[int]:
    """In how many pictures each class was."""
    rows = dataset.database.execute(
        "SELECT labelled, count(*) FROM pictures WHERE NOT is_removed AND error = '' GROUP BY labelled"
    )
    counts: Counter[int] = Counter()
    for labelled, number in rows:
        counts.update(dict.fromkeys(_labels(labelled), number))
    return counts


def _names(dataset: Dataset, ids: Iterable[int]) -> dict[int, str]:
    wanted = str(sorted(ids))
    rows = dataset.database.execute(
        "SELECT id, name FROM pictures WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
    )
    return {row[0]: row[1] for row in rows}


def _boxes(dataset: Dataset) -> dict[Split | None, Counter[int]]:
    """Boxes of each class of the data set in each split."""
    rows = dataset.database.execute(
        f"SELECT split, label, count(*) FROM boxes JOIN pictures ON pictures.id = picture "  # noqa: S608
        f"WHERE NOT is_removed AND error = '' AND {_TRUTH} AND label BETWEEN 0 AND ? GROUP BY split, label",
        (len(dataset.classes) - 1,),
    )
    found: dict[Split | None, Counter[int]] = defaultdict(Counter)
    for split, label, number in rows:
        found[None if split is None else Split(split)][label] = number
    return found


def _mixture(
    split: Split, boxes: dict[Split | None, Counter[int]], total: Counter[int], names: Sequence[str]
) -> Iterator[Problem]:
    """What is wrong with how the classes are mixed in one split."""
    own = boxes.get(split, Counter())
    if not own:  # an empty split, or one of background alone, is told otherwise
        return
    missing = [names[label] for label in sorted(total) if not own[label]]
    if missing:
        yield Problem("class_missing", f"The split {split.value} shows no {_listed(missing, 'or')}.")
    of_own, of_all = own.total(), total.total()
    if of_own >= LEAST_BOXES and all(own[label] for label in total):
        apart = sum(abs(own[label] / of_own - total[label] / of_all) for label in total) / 2
        if apart > UNEVEN:
            shares = ", ".join(f"{own[label] / of_own:.0%} {names[label]}" for label in sorted(total))
            overall = ", ".join(f"{total[label] / of_all:.0%} {names[label]}" for label in sorted(total))
            yield Problem("uneven_split", f"The boxes of {split.value} are {shares}; those of all are {overall}.")


def _listed(words: Sequence[str], joint: str = "and") -> str:
    """E.g. "a, b and c"; of many, the first ones and how many more there are."""
    shown = list(words[:MOST_NAMED])
    if len(words) > MOST_NAMED:
        shown.append(f"{len(words) - MOST_NAMED} more")
    return f" {joint} ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def _labels(text: str) -> set[int]:
    return {int(number) for number in text.strip("[]").split(",") if number.strip()}
