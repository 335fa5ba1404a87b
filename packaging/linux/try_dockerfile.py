"""Runs the Dockerfile's steps without a container engine, in bare trees of Debian, and covers a photo with the result.

    python packaging/linux/try_dockerfile.py [FOLDER]

As root, with mmdebstrap and the package index. Each stage gets a tree of its own: RUN is run within it by chroot, COPY,
ENV, ARG, WORKDIR and USER do what they say, and what the image starts is started as its user, with its environment.
What an engine alone does stays untried: layers, volumes, networks, graphics cards. In place of the image of Python that
the stages begin with, Debian's own Python of that release is taken.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PHOTO = REPOSITORY / "packaging" / "demo" / "bus.jpg"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
BASE = ("ca-certificates", "python3", "python3-venv")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Stage:
    """One image: its tree, and what its steps have set so far."""

    tree: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    starts: list[str] = field(default_factory=list)

    def run(self, *command: str) -> None:
        """Within the tree."""
        variables = {**self.arguments, **self.environment, "HOME": "/root" if self.user == "0:0" else "/home/pyroblur"}
        words = [f"{name}={value}" for name, value in variables.items()]
        inside = ["sh", "-c", 'cd "$0" && exec "$@"', self.folder, *command]
        subprocess.run(["chroot", f"--userspec={self.user}", self.tree, "env", "-i", *words, *inside], check=True)

    def place(self, name: str) -> Path:
        """Of a path within the image."""
        return self.tree / str(Path(self.folder, name)).lstrip("/")


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Of a Dockerfile, in order: its name and what follows it, on one line."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in lines.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


def build(folder: Path) -> Stage:
    """The last stage."""
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for name, rest in instructions((REPOSITORY / "Dockerfile").read_text(encoding="utf-8")):
        print(f"== {name} {rest[:100]}", flush=True)
        if name == "FROM":
            stage = Stage(folder / f"stage{len(stages)}")
            stages[rest.partition(" AS ")[2] or str(len(stages))] = stage
            _begin(stage.tree, release=rest.split()[0].rpartition("-")[2])
        elif stage is not None:  # ARG before the first stage names the version of its image
            _do(stage, stages, name, rest)
    if stage is None:
        sys.exit("The Dockerfile has no stage.")
    return stage


def _do(stage: Stage, stages: dict[str, Stage], name: str, rest: str) -> None:
    match name:
        case "ARG":
            stage.arguments |= _pairs(rest)
        case "ENV":
            stage.environment |= {key: _expanded(value, stage.environment) for key, value in _pairs(rest).items()}
        case "RUN":
            stage.run("sh", "-c", rest)
        case "WORKDIR":
            stage.folder = rest
            stage.place(".").mkdir(parents=True, exist_ok=True)
        case "COPY":
            _copy(stage, stages, rest)
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.starts = list(re.findall(r'"([^"]*)"', rest))
        case "LABEL" | "VOLUME" | "CMD":
            pass
        case _:
            sys.exit(f"{name} is not known here.")


def _pairs(text: str) -> dict[str, str]:
    return {name: value for word in shlex.split(text) for name, _, value in [word.partition("=")]}


def _expanded(text: str, known: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda found: known.get(found[1], ""), text)


def _copy(stage: Stage, stages: dict[str, Stage], rest: str) -> None:
    words = rest.split()
    origin = REPOSITORY
    if words[0].startswith("--from="):
        origin = stages[words.pop(0).removeprefix("--from=")].tree
    *sources, target = words
    for source in sources:
        at = origin / source.lstrip("/")
        to = stage.place(target)
        if origin == REPOSITORY and source not in _sent():
            sys.exit(f"{source} is not sent to an engine: .dockerignore leaves it out.")
        (to if target.endswith("/") else to.parent).mkdir(parents=True, exist_ok=True)
        if at.is_dir():
            shutil.copytree(at, to, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(at, to / at.name if target.endswith("/") else to)


def _sent() -> set[str]:
    """What .dockerignore takes out of its rule that nothing is sent."""
    lines = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return {line[1:] for line in lines if line.startswith("!")}


def _begin(tree: Path, *, release: str) -> None:
    """A bare tree with Python where the image has it; the machine's mirrors, proxies and certificates hold there."""
    if not (tree / "etc").is_dir():
        tree.parent.mkdir(parents=True, exist_ok=True)
        include = f"--include={','.join(BASE)}"
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", include, release, tree], check=True)
    for name in ("/etc/resolv.conf", "/etc/pip.conf", CERTIFICATES):
        if Path(name).is_file():
            shutil.copyfile(name, tree / name.lstrip("/"))
    for path in Path("/etc/apt/apt.conf.d").glob("*"):
        if "proxy" in path.name or "registry" in path.name:
            shutil.copy(path, tree / "etc" / "apt" / "apt.conf.d")
    (tree / "usr" / "local" / "bin").mkdir(parents=True, exist_ok=True)
    python = tree / "usr" / "local" / "bin" / "python"
    if not python.is_symlink():
        python.symlink_to("/usr/bin/python3")


@contextmanager
def mounted(tree: Path) -> Iterator[None]:
    """With the processes and the shared memory that an engine gives to what it starts."""
    places = {"proc": tree / "proc", "tmpfs": tree / "dev" / "shm"}
    for kind, place in places.items():
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", kind, kind, place], check=True)
    try:
        yield
    finally:
        for place in places.values():
            subprocess.run(["umount", "--lazy", place], check=True)


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="pyroblur-image-"))
    image = build(folder)
    results = image.place("/results")
    shutil.copy(PHOTO, results / "street.jpg")
    os.chown(results / "street.jpg", 1000, 1000)
    with mounted(image.tree):
        for arguments in (["--version"], ["blur", "street.jpg"]):
            image.run(*image.starts, *arguments)
    made = results / "street_blurred.jpg"
    owner = made.stat().st_uid
    sys.stdout.write(f"{made.name}: {made.stat().st_size} bytes, of user {owner}\n")
    return 0 if owner == int(image.user.partition(":")[0]) else 1


if __name__ == "__main__":
    sys.exit(main())
