"""Makes the Debian package of a packaged program: python packaging/linux/build_deb.py PROGRAM_FOLDER OUTPUT_FOLDER.

The program lies in /usr/lib/pyroblur with links in /usr/bin. There are no maintainer scripts: what the desktop keeps of
menus, icons and file types is renewed by its own triggers, when the package comes and when it goes. What it depends on
is worked out from the libraries that the program loads and does not carry.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent), str(REPOSITORY)]

import icons  # noqa: E402
import man_page  # noqa: E402

MAINTAINER = "The PyroBlur engineers <pyroblur@localhost>"
# Besides what is worked out: the training part makes a Python environment of its own.
ALSO = ("python3 (>= 3.11)", "python3-venv", "fontconfig", "xkb-data")
# Loaded by name when they are there: the screen's graphics, and what Qt's plugins for X11 ask for.
GRAPHICS = ("libegl1", "libgl1", "libxcb-cursor0")
RECOMMENDED = ("xdg-desktop-portal", "fonts-dejavu-core")
DESCRIPTION = """\
Description: cover faces and license plates in photos and videos
 PyroBlur finds faces and license plates in photos and videos and covers them
 for good, on this computer: nothing is sent anywhere. Frame rate, sound and
 colors stay as they are; metadata and GPS data are removed.
 .
 It has a window and a command line. Detectors of your own can be trained, once
 its training part was installed from the window.
 .
 En français : PyroBlur trouve les visages et les plaques d'immatriculation
 dans les photos et les vidéos et les couvre pour de bon, sur cet ordinateur :
 rien n'est envoyé nulle part. Cadence, son et couleurs restent tels quels ;
 métadonnées et données GPS sont retirées. Fenêtre et ligne de commande sont
 en français et en anglais, au choix du système.
"""


def build(program: Path, output: Path) -> Path:
    """The package's file."""
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    architecture = _told("dpkg", "--print-architecture").strip()
    name = f"pyroblur_{version}_{architecture}"
    tree = output / name
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(program, tree / "usr" / "lib" / "pyroblur", symlinks=True, copy_function=_link_or_copy)
    _join(tree / "usr" / "lib" / "pyroblur")
    _put_in_place(tree, version)
    _write_control(tree, version, architecture)
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    package = output / f"{name}.deb"
    _told("dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", str(tree), str(package))
    shutil.rmtree(tree)
    return package


def _link_or_copy(source: str, target: str) -> str:
    return str(shutil.copy2(source, target))


def _join(program: Path) -> None:
    """Copying made two files of the one that both programs are."""
    other = program / "pyroblur-gui"
    other.unlink()
    os.link(program / "pyroblur", other)


def _put_in_place(tree: Path, version: str) -> None:
    share = tree / "usr" / "share"
    binaries = tree / "usr" / "bin"
    binaries.mkdir(parents=True)
    for name in ("pyroblur", "pyroblur-gui"):
        (binaries / name).symlink_to(Path("../lib/pyroblur") / name)
    _copy(HERE / "pyroblur.desktop", share / "applications" / "pyroblur.desktop")
    metainfo = (HERE / "org.pyroblur.pyroblur.metainfo.xml").read_text(encoding="utf-8")
    date = datetime.now(UTC).date().isoformat()
    _write(
        share / "metainfo" / "org.pyroblur.pyroblur.metainfo.xml",
        metainfo.replace("@VERSION@", version).replace("@DATE@", date),
    )
    for size in icons.SIZES:
        folder = share / "icons" / "hicolor" / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True)
        (folder / "pyroblur.png").write_bytes(icons.draw(size))
    _copy(icons.SVG, share / "icons" / "hicolor" / "scalable" / "apps" / "pyroblur.svg")
    for page in man_page.pages(share / "man"):
        _told("gzip", "-9n", str(page))
    documents = share / "doc" / "pyroblur"
    _copy(HERE / "copyright", documents / "copyright")
    for document in ("LICENSE", "THIRD_PARTY.md", "README.md"):
        _copy(REPOSITORY / document, documents / document)


def _write_control(tree: Path, version: str, architecture: str) -> None:
    folder = tree / "DEBIAN"
    folder.mkdir()
    files = sorted(path for path in tree.rglob("*") if path.is_file() and folder not in path.parents)
    size = sum({path.stat().st_ino: path.stat().st_size for path in files if not path.is_symlink()}.values())
    depends = [*ALSO, *(name for name in GRAPHICS), *libraries_of_the_system(tree / "usr" / "lib" / "pyroblur")]
    fields = {
        "Package": "pyroblur",
        "Version": version,
        "Architecture": architecture,
        "Maintainer": MAINTAINER,
        "Section": "video",
        "Priority": "optional",
        "Installed-Size": str(size // 1024),
        "Depends": ", ".join(dict.fromkeys(depends)),
        "Recommends": ", ".join(RECOMMENDED),
    }
    control = "".join(f"{name}: {value}\n" for name, value in fields.items()) + DESCRIPTION
    _write(folder / "control", control)
    sums = [
        (hashlib.md5(path.read_bytes()).hexdigest(), path.relative_to(tree)) for path in files if not path.is_symlink()
    ]
    _write(folder / "md5sums", "".join(f"{digest}  {path}\n" for digest, path in sums))


def libraries_of_the_system(program: Path) -> list[str]:
    """Debian packages of the libraries that the program loads and does not carry; libc6 with the version it needs."""
    files = [path for path in program.rglob("*") if path.is_file() and not path.is_symlink() and _is_elf(path)]
    carried = {path.name for path in program.rglob("*.so*")}
    needed, versions = set(), {(2, 0)}
    for path in files:
        told = _told("readelf", "--dynamic", "--version-info", "--wide", str(path))
        needed |= set(re.findall(r"\(NEEDED\)[^\[]*\[([^\]]+)\]", told))
        versions |= {(int(major), int(minor)) for major, minor in re.findall(r"GLIBC_(\d+)\.(\d+)", told)}
    packages = {_package_of(name) for name in needed - carried} - {None, "libc6"}
    return [f"libc6 (>= {'.'.join(map(str, max(versions)))})", *sorted(name for name in packages if name)]


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _package_of(library: str) -> str | None:
    """None for one that no installed package has: something optional, of another driver."""
    told = subprocess.run(
        ["dpkg-query", "--search", f"*/{library}"], capture_output=True, text=True, check=False
    ).stdout
    names = [line.partition(":")[0] for line in told.splitlines() if "/lib/" in line and "diversion" not in line]
    return min(names, key=len, default=None)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(build(Path(sys.argv[1]), Path(sys.argv[2])))
