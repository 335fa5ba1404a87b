"""WIDER FACE: 16,106 photographs with about 199,000 faces of every size, as three archives.

Addresses and checksums are those of the data set's own place at Hugging Face. Its test pictures are not fetched: their
boxes were never published.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyroblur_gui.core.classes import FACE
from pyroblur_gui.core.errors import SourceError
from pyroblur_gui.datasets.archive import extract
from pyroblur_gui.datasets.choice import chosen
from pyroblur_gui.datasets.classes import LEFT_OUT, ClassMap
from pyroblur_gui.datasets.formats.wider import WiderPicture, parse
from pyroblur_gui.datasets.sample import Flaw, FlawKind, Sample, SampleBox, Scale, Split
from pyroblur_gui.datasets.sources.source import Gathering, Licence, Need, SourceFacts
from pyroblur_gui.net.download import Checksum, Download

ADDRESS = "https://huggingface.co/datasets/CUHK-CSE/wider_face/resolve/main/data"
MD5 = {
    "WIDER_train.zip": "3fedf70df600953d25982bcd13d91ba2",
    "WIDER_val.zip": "dfa7d7e790efa35df3788964cf0bbaea",
    "wider_face_split.zip": "0e3767bcf0e326556d407bf5bff5d27c",
}
_TEXTS = "wider_face_split"
_PICTURES = {Split.TRAIN: "WIDER_train", Split.VAL: "WIDER_val"}

FACTS = SourceFacts(
    name="wider_face",
    title="WIDER FACE",
    summary="Photographs from the web with nearly every face marked, from close portraits to crowds of tiny faces. "
    "Licence plates are not marked.",
    classes=(FACE,),
    licence=Licence(
        name="CC BY-NC-ND 4.0, for research only",
        summary="You may use the pictures for research that earns no money, and you may not pass on changed copies. "
        "Whether a model that was trained on them may be sold is not said: ask the authors first.",
        url="https://huggingface.co/datasets/CUHK-CSE/wider_face",
    ),
    citation="@inproceedings{yang2016wider, title={WIDER FACE: A Face Detection Benchmark}, author={Yang, Shuo and "
    "Luo, Ping and Loy, Chen Change and Tang, Xiaoou}, booktitle={CVPR}, year={2016}}",
    homepage="http://shuoyang1213.me/WIDERFACE/",
    needs=frozenset({Need.NETWORK}),
    size_bytes=1_832_000_000,
    pictures=16_106,
)


@dataclass(frozen=True)
class WiderFaceSource:
    """address, md5: where the archives are, and what they must be; of the real ones unless told otherwise."""

    address: str = ADDRESS
    md5: Mapping[str, str] | None = None

    @property
    def facts(self) -> SourceFacts:
        return FACTS

    def gather(self, gathering: Gathering) -> Iterator[Sample]:
        archives = self._fetch(gathering)
        texts = extract(archives[_TEXTS], gathering.folder / _TEXTS, gathering.context)
        pictures = {split: list(_pictures(texts, split)) for split in _PICTURES}
        wanted = _chosen(pictures, gathering)
        for split, folder in _PICTURES.items():
            names = [_name(split, picture) for picture in pictures[split]]
            members = [name for name in names if name in wanted]
            place = gathering.folder / folder
            if members:
                extract(archives[folder], place, gathering.context, members=members)
            for name, picture in zip(names, pictures[split], strict=True):
                if name in wanted:
                    yield _sample(place / name, name, picture, split)

    def _fetch(self, gathering: Gathering) -> dict[str, Path]:
        """The three archives by their name without the ending. The small one first: it says at once what is wrong."""
        downloads = [
            Download(f"{self.address}/{file}", gathering.folder / file, Checksum("md5", digest))
            for file, digest in sorted((self.md5 or MD5).items(), reverse=True)
        ]
        return {path.stem: path for path in gathering.downloader.fetch(downloads)}


def _pictures(texts: Path, split: Split) -> Iterator[WiderPicture]:
    name = f"wider_face_{split}_bbx_gt.txt"
    path = next(iter(sorted(texts.rglob(name))), None)
    if path is None:
        message = f"The labels of WIDER FACE are incomplete: {name} is not among them."
        raise SourceError(message, hint="The source may have changed: look at its own web page.", path=texts)
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        yield from parse(file)


def _chosen(pictures: Mapping[Split, list[WiderPicture]], gathering: Gathering) -> set[str]:
    """The same ones that the intake will choose, so that no others have to be extracted."""
    ours = frozenset({ClassMap(gathering.options.classes).ours(FACE)}) - {LEFT_OUT}
    listed = [
        (_name(split, picture), ours if picture.boxes else frozenset[str]())
        for split in pictures
        for picture in pictures[split]
    ]
    return chosen(listed, most=gathering.options.max_samples, seed=gathering.options.seed)


def _name(split: Split, picture: WiderPicture) -> str:
    """Where the picture lies in its archive."""
    return f"{_PICTURES[split]}/images/{picture.path}"


def _sample(path: Path, name: str, picture: WiderPicture, split: Split) -> Sample:
    boxes = tuple(SampleBox(FACE, *edges) for edges in picture.boxes)
    flaws = tuple(Flaw(FlawKind.UNREADABLE_LABEL, text) for text in picture.flaws)
    return Sample(path, name, boxes, Scale.PIXELS, split, frozenset({FACE}), flaws)
