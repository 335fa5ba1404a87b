"""Colour as FFmpeg names it, and the little colour arithmetic that a detector's picture and a solid cover need."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

UNKNOWN: Final = "unknown"

# Numbers of FFmpeg's AVCOL_* enumerations (ITU-T H.273) and the names its tools use.
RANGES: Final = {0: UNKNOWN, 1: "tv", 2: "pc"}
PRIMARIES: Final = {
    1: "bt709", 2: UNKNOWN, 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS: Final = {
    1: "bt709", 2: UNKNOWN, 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
    10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12",
    16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
SPACES: Final = {
    0: "gbr", 1: "bt709", 2: UNKNOWN, 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
    9: "bt2020nc", 10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
}  # fmt: skip

PQ: Final = "smpte2084"
HLG: Final = "arib-std-b67"

# Kr and Kb of H.273's matrix coefficients; what is not listed is close enough to BT.709 for a detector.
_LUMA_WEIGHTS: Final = {
    "bt709": (0.2126, 0.0722), "fcc": (0.30, 0.11), "bt470bg": (0.299, 0.114), "smpte170m": (0.299, 0.114),
    "smpte240m": (0.212, 0.087), "bt2020nc": (0.2627, 0.0593), "bt2020c": (0.2627, 0.0593),
}  # fmt: skip
_SDR_WHITE_NITS = 203.0  # ITU-R BT.2408: where SDR white lies in an HDR picture
_PQ_PEAK_NITS = 10000.0


def name_of(number: int, names: dict[int, str]) -> str:
    return names.get(number, UNKNOWN)


def number_of(name: str, names: dict[int, str]) -> int:
    """The number of a name; 2 (unspecified) or, for ranges, 0 for UNKNOWN."""
    return next(number for number, known in names.items() if known == name)


def matrix_name(space: str, *, height: int) -> str:
    """The matrix that players assume: BT.709 from 720 lines on and BT.601 below where a clip does not say."""
    if space in _LUMA_WEIGHTS:
        return space
    return "bt709" if space != UNKNOWN or height >= 720 else "smpte170m"


def yuv_from_rgb(matrix: str) -> NDArray[np.float64]:
    """(3, 3): Y'CbCr of R'G'B', with R'G'B' and Y' in 0..1 and Cb, Cr in -0.5..0.5."""
    red, blue = _LUMA_WEIGHTS[matrix]
    luma = np.array([red, 1.0 - red - blue, blue])
    chroma_blue = (np.array([0.0, 0.0, 1.0]) - luma) / (2.0 * (1.0 - blue))
    chroma_red = (np.array([1.0, 0.0, 0.0]) - luma) / (2.0 * (1.0 - red))
    return np.stack([luma, chroma_blue, chroma_red])


def rgb_from_yuv8(matrix: str, *, full_range: bool, saturation: float = 1.0) -> NDArray[np.float32]:
    """(3, 4) for cv2.transform: 8-bit Y, U, V samples to 8-bit R, G, B, offsets in the last column."""
    luma_scale, chroma_scale, black = (1.0, 255.0, 0.0) if full_range else (255.0 / 219.0, 255.0 * 255.0 / 224.0, 16.0)
    to_rgb = np.linalg.inv(yuv_from_rgb(matrix))
    scale = np.array([luma_scale, chroma_scale / 255.0 * saturation, chroma_scale / 255.0 * saturation])
    linear = to_rgb * scale
    offset = -linear @ np.array([black, 128.0, 128.0])
    return np.column_stack([linear, offset]).astype(np.float32)


def pq_to_sdr(*, bits: int, full_range: bool) -> NDArray[np.uint8]:
    """Table of 2**bits entries: PQ luma samples to 8-bit SDR luma samples of the same range.

    Absolute light is brought to SDR white, bright parts are rolled off (Reinhard), so that faces look as they would
    in an SDR clip. It is for detection and previews only: what is written keeps its samples.
    """
    steps = np.arange(1 << bits, dtype=np.float64)
    scale = float(1 << (bits - 8))
    signal = steps / float((1 << bits) - 1) if full_range else (steps / scale - 16.0) / 219.0
    relative = pq_to_nits(np.clip(signal, 0.0, 1.0)) / _SDR_WHITE_NITS
    peak = 1000.0 / _SDR_WHITE_NITS
    mapped = relative * (1.0 + relative / peak**2) / (1.0 + relative) * 1.6
    sdr = np.clip(mapped, 0.0, 1.0) ** (1.0 / 2.2)
    samples = sdr * 255.0 if full_range else 16.0 + sdr * 219.0
    return np.round(samples).astype(np.uint8)


def pq_to_nits(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084's EOTF: signal 0..1 to cd/m2."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = signal ** (1.0 / m2)
    return _PQ_PEAK_NITS * (np.maximum(power - c1, 0.0) / (c2 - c3 * power)) ** (1.0 / m1)


def srgb_as(transfer: str, rgb8: tuple[int, int, int]) -> NDArray[np.float64]:
    """R'G'B' 0..1 in a clip's transfer function that looks like this 8-bit sRGB colour."""
    srgb = np.array(rgb8, dtype=np.float64) / 255.0
    if transfer not in {PQ, HLG}:
        return srgb
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        power = (linear * _SDR_WHITE_NITS / _PQ_PEAK_NITS) ** m1
        return np.asarray(((c1 + c2 * power) / (1.0 + c3 * power)) ** m2)
    a, b, c = 0.17883277, 0.28466892, 0.55991073  # ARIB STD-B67
    scene = linear * 0.265  # SDR white at 75 % of the signal
    return np.asarray(
        np.where(scene <= 1 / 12, np.sqrt(3.0 * scene), a * np.log(np.maximum(12.0 * scene - b, 1e-9)) + c)
    )
