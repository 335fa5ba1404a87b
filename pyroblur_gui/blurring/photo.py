"""Covers a photo: a clip of one frame, or of as many as it has pages.

The frames of an animation are followed through time like those of a clip; the pages of a document have nothing to do
with each other. Every page is covered, none is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from pyroblur_gui.blurring.analyse import Looked, Looker, Thresholds, View, covering_of
from pyroblur_gui.blurring.plan import UNKNOWN_RATE, Covering, Horizon, Region, Seen
from pyroblur_gui.blurring.progress import show
from pyroblur_gui.blurring.project import Detection
from pyroblur_gui.blurring.redact import Covers
from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.blurring.tally import Tally
from pyroblur_gui.blurring.track import Plans, Tracker
from pyroblur_gui.jobs.context import Context
from pyroblur_gui.jobs.meter import Meter
from pyroblur_gui.media.images import Photo
from pyroblur_gui.models.detector import Detector

LARGE_PX = 2000  # a longer side: looked at in tiles, unless the user says otherwise


@dataclass(slots=True)
class CoveredPhoto:
    """A photo whose pages are covered in place. plans: what is covered in each page."""

    photo: Photo
    covering: Covering
    covers: Covers
    tally: Tally
    plans: list[tuple[Region, ...]]

    def cover_more(self, found: Iterable[tuple[int, Detection]], context: Context) -> None:
        """Covers what was found only after the rest was covered, as (page, detection)."""
        last = max((region.track for regions in self.plans for region in regions), default=-1)
        more: defaultdict[int, list[Region]] = defaultdict(list)
        for track, (number, one) in enumerate(found, last + 1):
            box, shape = self.covering.cover(one.label, one.box)
            more[number].append(Region(track, one.label, box, shape, Seen.DETECTED, one.score))
        for number, regions in more.items():
            page = self.photo.pages[number]
            self.covers.paint(page, number, regions)
            show(context, page, (page.width, page.height), frame=number, time_s=0.0)
            self.tally.add_more(number, regions)
            self.plans[number] += tuple(regions)


def cover_photo(
    photo: Photo, options: BlurOptions, detector: Detector, *, seed: bytes, context: Context
) -> CoveredPhoto:
    """Looks at every page, then covers every page. seed: of the noise. Raises EngineError when looking fails."""
    rate = _rate(photo)
    meter = Meter(context, "analyse", total=len(photo.pages), unit="pages")
    plans = _plans(photo, options, detector, rate)
    for looked in looked_at(photo, options, detector, is_weak=rate is not None):
        context.check_cancelled()
        plans.add(looked.frame, looked.detections)
        meter.at(looked.frame + 1)
    covers = Covers(
        style=options.style, color=options.color, feather=options.feather / 100, seed=seed,
        hold=round(rate or UNKNOWN_RATE),
    )  # fmt: skip
    done = CoveredPhoto(photo, covering_of(options, detector), covers, Tally(), [])
    for number, regions in plans.rest(len(photo.pages) - 1):
        context.check_cancelled()
        page = photo.pages[number]
        covers.paint(page, number, regions)
        show(context, page, (page.width, page.height), frame=number, time_s=0.0)
        done.tally.add(number, regions)
        done.plans.append(regions)
    meter.finish(len(done.plans))
    return done


def looked_at(photo: Photo, options: BlurOptions, detector: Detector, *, is_weak: bool = False) -> Iterator[Looked]:
    """Looks at every page, in order. is_weak: also for what only carries tracks on."""
    thresholds = Thresholds.of(options, detector)
    for number, page in enumerate(photo.pages):
        view = View(page.width, page.height)
        looker = Looker(detector, thresholds.weak if is_weak else thresholds.sure, view, most_failures=0)
        yield from looker.look(number, looker.picture(page))
        yield from looker.rest()


def is_large(width: int, height: int) -> bool:
    """Whether a photo of this size is looked at in tiles."""
    return max(width, height) > LARGE_PX


def _plans(photo: Photo, options: BlurOptions, detector: Detector, rate: Fraction | None) -> Plans:
    horizon = Horizon.of_pages() if rate is None else Horizon.of(options.model_copy(update={"every": 1}), rate)
    return Plans(
        Tracker(horizon, Thresholds.of(options, detector).sure),
        horizon=horizon,
        covering=covering_of(options, detector),
        width=max(page.width for page in photo.pages),
        height=max(page.height for page in photo.pages),
    )


def _rate(photo: Photo) -> Fraction | None:
    """Frames a second of an animation, None for a photo or a document."""
    times = [page.duration_ms for page in photo.pages]
    if len(times) < 2 or not any(times):
        return None
    return Fraction(1000 * len(times)) / Fraction(sum(times)).limit_denominator(1000)
