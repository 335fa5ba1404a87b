"""Takes out of the wheel that the packaged program carries what the program has among its resources anyway.

python packaging/thin_wheel.py FOLDER: one that pack/shipped.py made. When a training pack is made,
pyroblur_gui/pack/wheel.py puts it in again.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path

import contents

SHIPPED_FILE = "shipped.json"  # pyroblur_gui/pack/shipped.py reads it


def main(folder: Path) -> None:
    """Replaces the wheel there, and tells so in shipped.json."""
    facts = json.loads((folder / SHIPPED_FILE).read_text(encoding="utf-8"))
    wheel = folder / facts["wheel"]
    thin = wheel.with_suffix(".thin")
    write(wheel, thin)
    wheel.unlink()
    facts |= {"thin_wheel": thin.name, "wheel_sha256": hashlib.sha256(thin.read_bytes()).hexdigest()}
    (folder / SHIPPED_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def write(wheel: Path, thin: Path) -> None:
    """The same wheel without members that are, byte by byte, a resource of the program."""
    sources = {
        f"{data.folder}/{Path(data.source).name}".replace("\\", "/"): data.source for data in contents.resources()
    }
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(thin, "w") as less:
        for info in whole.infolist():
            data = whole.read(info)
            source = sources.get(info.filename)
            if source is None or Path(source).read_bytes() != data:
                less.writestr(info, data, compresslevel=9)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
