"""Paints covers into a picture's own planes, such that what lies beneath cannot be had back from them.

Of the original, a cover carries one number a plane: the region's mean, made coarse and shifted by noise. Cells and
clouds that make it a mosaic or a blur are noise alone. Cells of the picture itself would be allowed (up to 8 x 8), but
were measured to tell one face from another, and a mosaic that slides over a face gives the face back in time; so a
track keeps its cells, and follows the light only in coarse steps, about once a second. See docs/decisions.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from pyroblur_gui.blurring.plan import Region, Seen
from pyroblur_gui.blurring.spec import Shape, Style
from pyroblur_gui.core.boxes import Edges, grown
from pyroblur_gui.media.planes import Plane, Samples

MOST_CELLS = 8  # along the longer side
LEAST_CELL_PX = 3
# Shares of the full range of a sample: of brightness (luma; red, green and blue alike), and of colour.
LIGHT_STEP, COLOUR_STEP = 1 / 32, 1 / 128  # the mean is known no finer
LIGHT_NOISE, COLOUR_NOISE = 1 / 16, 1 / 256  # standard deviation of what is added to the mean, once a track
LIGHT_CHANGE, COLOUR_CHANGE = 1 / 12, 1 / 32  # a smaller change of the mean is not followed
LIGHT_CELLS = {Style.BLUR: 0.035, Style.PIXELATE: 0.06, Style.SOLID: 0.0}  # how much cells of noise differ
COLOUR_CELLS = 0.006
CLOUD_PX = 32  # a blur's cells are made into a smooth cloud of this size first, which is then stretched
SHARED = 255  # in place of a plane's number, for noise that planes have in common


class Picture(Protocol):
    """A video frame or a page of a photo that can be written to."""

    def writable_planes(self) -> tuple[Plane, ...]: ...

    def fill_values(self, red: int, green: int, blue: int) -> tuple[int, ...]: ...


class RgbPicture:
    """A picture of its own, height x width x 3 RGB of 8 bits, that is written to in place: for previews."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self.pixels = pixels

    def writable_planes(self) -> tuple[Plane, ...]:
        return tuple(
            Plane(self.pixels[..., number], "rgb", channel, step_x=1, step_y=1, low=0, high=255, neutral=0)
            for number, channel in enumerate("rgb")
        )

    def fill_values(self, red: int, green: int, blue: int) -> tuple[int, ...]:
        return red, green, blue


class Covers:
    """Covers frames one after the other, in order; keeps each track's tones from frame to frame."""

    def __init__(self, *, style: Style, color: str, feather: float, seed: bytes, hold: int) -> None:
        """color: "#RRGGBB". feather: width of the soft edge, a share of the cover's size. hold: frames from one look at
        the light to the next. seed: what the noise is drawn from; whoever has it can take the noise away.
        """
        self._style = style
        self._color = int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
        self._feather = feather
        self._seed = seed
        self._hold = max(1, hold)
        self._tones: dict[int, _Tone] = {}

    def paint(self, picture: Picture, frame: int, regions: Sequence[Region]) -> None:
        """Covers the regions and nothing else. A chroma sample that touches a region is covered with it."""
        if not regions:
            self._tones.clear()
            return
        planes = picture.writable_planes()
        fill = self._fill(picture, planes, regions)
        # Tones are taken before anything is painted, so that they do not depend on the order of the regions.
        tones = {region.track: self._tone(planes, frame, region) for region in regions if not self._is_solid(region)}
        self._tones = tones
        for region in regions:
            if self._is_solid(region):
                grids = [np.full((1, 1), value, plane.samples.dtype) for plane, value in zip(planes, fill, strict=True)]
            else:
                grids = tones[region.track].grids(planes, frame)
            for plane, grid in zip(planes, grids, strict=True):
                self._cover(plane, cast("Samples", grid), region)

    def state(self) -> JsonValue:
        """What a later run needs to paint the next frames as this one would; nothing that the output does not show."""
        return {str(track): tone.state() for track, tone in self._tones.items()}

    def restore(self, state: JsonValue) -> None:
        """Goes on from a state."""
        tones = cast("dict[str, list[JsonValue]]", state)
        self._tones = {int(track): _Tone.restored(self._noise(int(track)), kept) for track, kept in tones.items()}

    def _is_solid(self, region: Region) -> bool:
        return self._style is Style.SOLID or region.seen is Seen.UNKNOWN

    def _fill(self, picture: Picture, planes: Sequence[Plane], regions: Sequence[Region]) -> Sequence[int]:
        if any(self._is_solid(region) for region in regions):
            return picture.fill_values(*self._color)
        return [plane.neutral for plane in planes]

    def _tone(self, planes: Sequence[Plane], frame: int, region: Region) -> "_Tone":
        tone = self._tones.get(region.track)
        if tone is None:
            tone = _Tone(self._noise(region.track), *_cells(region.box), hold=self._hold)
        tone.look(planes, frame, region)
        return tone

    def _noise(self, track: int) -> "_Noise":
        return _Noise(self._seed, track, self._style)

    def _cover(self, plane: Plane, grid: Samples, region: Region) -> None:
        outer = grown(region.box, self._feather) if self._feather else region.box
        place = _place(plane, outer)
        if place is None:
            return
        view = place.of(plane.samples)
        patch = _patch(grid, place, is_smooth=self._style is Style.BLUR)
        box = _in_samples(region.box, plane)
        if self._feather:
            weights = _weights(place, box, region.shape, self._feather)
            weights[_inside(place, box, region.shape)] = 1
            mixed = np.rint(view + (patch.astype(np.float32) - view) * weights).astype(view.dtype)
            _paste(np.where(weights < 1, mixed, patch), view, weights > 0)
        elif region.shape is Shape.BOX:
            view[:] = patch
        else:
            _paste(patch, view, _inside(place, box, region.shape))


class _Noise:
    """A track's own random numbers: always the same for the same track of the same source."""

    def __init__(self, seed: bytes, track: int, style: Style) -> None:
        self._key = hashlib.sha256(seed + track.to_bytes(8, "little", signed=True)).digest()
        self._strength = LIGHT_CELLS[style]
        self._is_smooth = style is Style.BLUR

    def of_mean(self, plane: Plane, number: int) -> float:
        """What the mean of a plane is shifted by."""
        return float(self._draw("mean", plane, number, shape=(1,), light=LIGHT_NOISE, colour=COLOUR_NOISE)[0])

    def of_cells(self, plane: Plane, number: int, shape: tuple[int, int]) -> NDArray[np.float64]:
        """How the cells of a plane differ from its mean."""
        cells = self._draw("cells", plane, number, shape=shape, light=self._strength, colour=COLOUR_CELLS)
        if self._is_smooth:
            cells = cv2.resize(cells, (CLOUD_PX, CLOUD_PX), interpolation=cv2.INTER_CUBIC).astype(np.float64)
        return cells

    def _draw(
        self, purpose: str, plane: Plane, number: int, *, shape: tuple[int, ...], light: float, colour: float
    ) -> NDArray[np.float64]:
        """Red, green and blue share their brightness, so that they make greys rather than all colours."""
        own = self._generator(purpose, number).normal(0, colour, shape)
        if plane.kind == "chroma":
            return own
        shared = self._generator(purpose, SHARED).normal(0, light, shape)
        return shared if plane.kind == "luma" else shared + own

    def _generator(self, purpose: str, plane: int) -> np.random.Generator:
        digest = hashlib.sha256(self._key + f"{purpose}{plane}".encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


class _Tone:
    """The colour of a track's cover: coarse, followed slowly, with cells of noise that stay."""

    def __init__(self, noise: _Noise, rows: int, columns: int, *, hold: int) -> None:
        self._noise = noise
        self._shape = rows, columns
        self._hold = hold
        self._looked_at: int | None = None  # frame of the last look at the light
        self._from: list[float] = []  # a plane each, shares of its range: what the last look left ...
        self._to: list[float] = []  # ... and what it is fading to until the next
        self._cells: list[NDArray[np.float64]] = []

    @classmethod
    def restored(cls, noise: _Noise, state: list[JsonValue]) -> "_Tone":
        rows, columns, hold, looked_at, start, end = cast(
            "tuple[int, int, int, int, list[float], list[float]]", tuple(state)
        )
        tone = cls(noise, rows, columns, hold=hold)
        tone._looked_at, tone._from, tone._to = looked_at, list(start), list(end)
        return tone

    def state(self) -> list[JsonValue]:
        return [*self._shape, self._hold, self._looked_at, list(self._from), list(self._to)]

    def look(self, planes: Sequence[Plane], frame: int, region: Region) -> None:
        """Takes the region's mean when it is time to. A small change changes nothing, lest noise be averaged away."""
        if self._looked_at is None:
            self._to = [_coarse(plane, mean) for plane, mean in zip(planes, self._means(planes, region), strict=True)]
            self._from = self._to
        elif frame - self._looked_at >= self._hold:
            seen = self._means(planes, region)
            self._from = self._to
            self._to = [_followed(plane, *means) for plane, *means in zip(planes, self._to, seen, strict=True)]
        else:
            return
        self._looked_at = frame

    def grids(self, planes: Sequence[Plane], frame: int) -> list[NDArray[np.uint8] | NDArray[np.uint16]]:
        """A few cells a plane, in sample values."""
        if not self._cells:
            self._cells = [self._noise.of_cells(plane, number, self._shape) for number, plane in enumerate(planes)]
        share = min(1.0, (frame - (self._looked_at or 0)) / self._hold)
        grids = []
        for plane, start, end, cells in zip(planes, self._from, self._to, self._cells, strict=True):
            if plane.kind == "alpha":
                grids.append(np.full((1, 1), plane.neutral, plane.samples.dtype))
                continue
            tones = np.clip(start + (end - start) * share + cells, 0, 1)
            grids.append(np.rint(plane.low + tones * (plane.high - plane.low)).astype(plane.samples.dtype))
        return grids

    def _means(self, planes: Sequence[Plane], region: Region) -> list[float]:
        means = []
        for number, plane in enumerate(planes):
            place = _place(plane, region.box)
            if place is None or plane.kind == "alpha":
                means.append(0.5)
                continue
            mean = (float(place.of(plane.samples).mean()) - plane.low) / (plane.high - plane.low)
            means.append(mean + self._noise.of_mean(plane, number))
        return means


@dataclass(frozen=True, slots=True)
class _Place:
    """The samples of a plane that a box touches; rows and columns, and how many of them lie outside the plane."""

    top: int
    left: int
    bottom: int
    right: int
    above: int  # rows of the box that are cut off
    before: int  # columns of the box that are cut off
    rows: int  # of the whole box
    columns: int

    def of(self, samples: Samples) -> Samples:
        return samples[self.top : self.bottom, self.left : self.right]


def _in_samples(box: Edges, plane: Plane) -> Edges:
    return box[0] / plane.step_x, box[1] / plane.step_y, box[2] / plane.step_x, box[3] / plane.step_y


def _place(plane: Plane, box: Edges) -> _Place | None:
    """None where the box lies outside the plane."""
    x1, y1, x2, y2 = _in_samples(box, plane)
    height, width = plane.samples.shape
    left, top, right, bottom = math.floor(x1), math.floor(y1), math.ceil(x2), math.ceil(y2)
    inner_left, inner_top = max(left, 0), max(top, 0)
    inner_right, inner_bottom = min(right, width), min(bottom, height)
    if inner_left >= inner_right or inner_top >= inner_bottom:
        return None
    return _Place(
        inner_top, inner_left, inner_bottom, inner_right,
        above=inner_top - top, before=inner_left - left, rows=bottom - top, columns=right - left,
    )  # fmt: skip


def _cells(box: Edges) -> tuple[int, int]:
    """Rows and columns of cells, about square."""
    width, height = max(box[2] - box[0], 1.0), max(box[3] - box[1], 1.0)
    cell = max(max(width, height) / MOST_CELLS, LEAST_CELL_PX)
    return max(1, min(MOST_CELLS, round(height / cell))), max(1, min(MOST_CELLS, round(width / cell)))


def _patch(grid: Samples, place: _Place, *, is_smooth: bool) -> Samples:
    """The cells at the size of the box, without the part that lies outside the plane."""
    if grid.size == 1:
        return cast("Samples", np.broadcast_to(grid, (place.bottom - place.top, place.right - place.left)))
    how = cv2.INTER_LINEAR if is_smooth else cv2.INTER_NEAREST
    whole = cast("Samples", cv2.resize(grid, (place.columns, place.rows), interpolation=how))
    rows = slice(place.above, place.above + place.bottom - place.top)
    columns = slice(place.before, place.before + place.right - place.left)
    return whole[rows, columns]


def _inside(place: _Place, box: Edges, shape: Shape) -> NDArray[np.bool_]:
    """Which samples the cover touches, as a mask over the place. box: in samples."""
    if shape is Shape.BOX:
        columns, rows = np.arange(place.left, place.right), np.arange(place.top, place.bottom)[:, None]
        touched: NDArray[np.bool_] = (columns + 1 > box[0]) & (columns < box[2]) & (rows + 1 > box[1]) & (rows < box[3])
        return touched
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down = max((box[2] - box[0]) / 2, 1e-6), max((box[3] - box[1]) / 2, 1e-6)
    rows = np.arange(place.top, place.bottom)
    nearest = np.clip(y, rows, rows + 1)  # the line of each row of samples that is widest in the ellipse
    square = 1 - ((nearest - y) / down) ** 2
    reach = across * np.sqrt(np.maximum(square, 0))
    width = place.right - place.left
    first = np.clip(np.floor(x - reach) - place.left, 0, width)
    stop = np.where(square > 0, np.clip(np.ceil(x + reach) - place.left, first, width), first)
    # One comparison instead of two: left of the first, the unsigned difference wraps round to a large number.
    kind = np.uint16 if width < 1 << 15 else np.uint32
    lengths = (stop - first).astype(kind)[:, None]
    inside: NDArray[np.bool_] = np.arange(width, dtype=kind) - first.astype(kind)[:, None] < lengths
    return inside


def _paste(patch: Samples, view: Samples, where: NDArray[np.bool_]) -> None:
    """Writes the patch where the mask is set. OpenCV does it ten times as fast, where samples lie side by side."""
    if view.strides[1] == view.itemsize and view.strides[0] > 0:  # of any other layout OpenCV would write to a copy
        cv2.copyTo(np.ascontiguousarray(patch), where.view(np.uint8), view)
    else:
        np.copyto(view, patch, where=where)


def _weights(place: _Place, box: Edges, shape: Shape, feather: float) -> NDArray[np.float32]:
    """How much of the cover shows at each sample: 1 at the cover's edge, falling to 0 a feather's width outside."""
    columns = np.arange(place.left, place.right, dtype=np.float32)[None] + 0.5
    rows = np.arange(place.top, place.bottom, dtype=np.float32)[:, None] + 0.5
    width, height = max(box[2] - box[0], 1e-6), max(box[3] - box[1], 1e-6)
    across = np.abs(columns - (box[0] + box[2]) / 2) / (width / 2)
    down = np.abs(rows - (box[1] + box[3]) / 2) / (height / 2)
    if shape is Shape.ELLIPSE:
        away = np.hypot(across, down) - 1
    else:
        away = np.hypot(np.maximum(across - 1, 0), np.maximum(down - 1, 0))
    return np.asarray(np.clip(1 - away / (2 * feather), 0, 1), np.float32)


def _coarse(plane: Plane, share: float) -> float:
    step = COLOUR_STEP if plane.kind == "chroma" else LIGHT_STEP
    return min(1.0, max(0.0, round(share / step) * step))


def _followed(plane: Plane, old: float, new: float) -> float:
    change = COLOUR_CHANGE if plane.kind == "chroma" else LIGHT_CHANGE
    return _coarse(plane, new) if abs(new - old) > change else old
