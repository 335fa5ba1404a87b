"""What the public sources publish, made small: real archives and tables in their own formats, on the tests' server.

Everything lies at the paths that the real addresses have, so that both a source that is given another base address and
a program that is led here by a proxy find it.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from labelled_files import Original, wider_text, yolo_text
from server import Always, Resource, Server, Status

from pyroblur_gui.datasets.sources import open_images, roboflow, wider_face

WIDER = urlsplit(wider_face.ADDRESS).path
TABLES = urlsplit(open_images.TABLES_ADDRESS).path
SIGNATURE = "signed-and-secret"
FACE_CODE, PLATE_CODE = "/m/0dzct", "/m/01jfm_"
HEADER = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
MORE = ",XClick1X,XClick2X,XClick3X,XClick4X,XClick1Y,XClick2Y,XClick3Y,XClick4Y"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files, whenever."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def publish_wider(server: Server, train: Sequence[Original], val: Sequence[Original]) -> dict[str, str]:
    """Three archives; gives their MD5. A picture without faces is among them if it is among the originals."""
    texts = {}
    archives = {}
    for split, originals in (("train", train), ("val", val)):
        texts[f"wider_face_split/wider_face_{split}_bbx_gt.txt"] = wider_text(originals).encode()
        archives[f"WIDER_{split}.zip"] = zipped(
            {f"WIDER_{split}/images/0--Parade/{each.path.name}": each.path.read_bytes() for each in originals}
        )
    archives["wider_face_split.zip"] = zipped(texts | {"wider_face_split/readme.txt": b"File name\n"})
    for name, data in archives.items():
        server.put(f"{WIDER}/{name}", data, kind="application/zip")
    return {name: hashlib.md5(data, usedforsecurity=False).hexdigest() for name, data in archives.items()}


def export_of(plates: Sequence[Original], *, more_yaml: str = "") -> bytes:
    """A zip as Roboflow exports it, with one class."""
    files: dict[str, bytes] = {
        "README.roboflow.txt": b"License Plate Recognition - v11",
        "data.yaml": (
            "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 1\nnames: ['License_Plate']\n\n"
            f"roboflow:\n  workspace: some\n  project: some\n  version: 11\n  license: CC BY 4.0\n{more_yaml}"
        ).encode(),
    }
    for number, each in enumerate(plates):
        part = ("train", "valid", "test")[number % 3]
        only = Original(each.path, each.width, each.height, tuple(b for b in each.boxes if b[0] == "license_plate"))
        files[f"{part}/images/{each.stem}_jpg.rf.{number:032x}.jpg"] = each.path.read_bytes()
        files[f"{part}/labels/{each.stem}_jpg.rf.{number:032x}.txt"] = yolo_text(only, ("license_plate",)).encode()
    return zipped(files)


def publish_roboflow(
    server: Server,
    export: bytes,
    *,
    base: str,
    project: str = "roboflow-universe-projects/license-plate-recognition-rxg4e",
    version: int = 11,
    waits: int = 2,
) -> Resource:
    """The export is ready after so many answers with 202. base: of the address that the signed link has."""
    path = f"/exports/{project.replace('/', '-')}-{version}.zip"
    link = f"{base}{path}?X-Goog-Algorithm=RSA&X-Goog-Signature={SIGNATURE}&empty="
    ready = json.dumps({"export": {"format": roboflow.FORMAT, "link": link}}).encode()
    preparing = [
        Status(202, {"Content-Type": "application/json"}, json.dumps({"progress": number / waits}).encode())
        for number in range(waits)
    ]
    server.put(f"/{project}/{version}/{roboflow.FORMAT}", ready, *preparing, kind="application/json")
    return server.put(path, export, kind="application/zip")


def box_row(picture: str, code: str, edges: Sequence[float], *, is_group: int = 0, is_depiction: int = 0) -> str:
    """edges: left, top, right, bottom in fractions; the table has them in the order X, X, Y, Y."""
    left, top, right, bottom = edges
    return f"{picture},xclick,{code},1,{left:.6f},{right:.6f},{top:.6f},{bottom:.6f},0,1,{is_group},{is_depiction},0"


def rows_of(original: Original, picture: str) -> list[str]:
    codes = {"face": FACE_CODE, "license_plate": PLATE_CODE}
    across, down = original.width, original.height
    return [
        box_row(picture, codes[label], (x1 / across, y1 / down, x2 / across, y2 / down))
        for label, x1, y1, x2, y2 in original.boxes
    ]


def number_of(index: int) -> str:
    """A picture's name at Open Images."""
    return f"{index:016x}"


def publish_tables(server: Server, **rows: Sequence[str]) -> None:
    """rows: of the tables train, validation and test. The train table has eight columns more, as the real one."""
    for part, path in open_images.TABLES.items():
        more, cells = (MORE, ",0.1" * 8) if part == "train" else ("", "")
        lines = [HEADER + more, *(row + cells for row in rows.get(part, ()))]
        server.put(f"{TABLES}/{path}", "\n".join(lines).encode() + b"\n", kind="text/csv")


def publish_open_images(server: Server, **parts: Sequence[Original]) -> dict[str, Original]:
    """parts: the pictures of train, validation and test. Gives the originals by the names of their samples."""
    found, rows = {}, {}
    index = 0
    for part, originals in parts.items():
        rows[part] = [box_row("f" * 16, "/m/01g317", (0.1, 0.1, 0.5, 0.5))]  # a person, which nobody asked for
        for original in originals:
            index += 1
            picture = number_of(index)
            rows[part] += rows_of(original, picture)
            server.put(f"/{part}/{picture}.jpg", original.path.read_bytes(), kind="image/jpeg")
            found[f"{part}/{picture}.jpg"] = original
    publish_tables(server, **rows)
    return found


def take_away(server: Server, path: str, code: int = 404) -> None:
    server.resources[path].faults = [Always(Status(code))]
