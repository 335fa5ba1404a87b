"""Runs the self-test of a packaged program, and fails for a failed check and for any line that is not expected.

python packaging/check.py COMMAND...: the program, with what runs it before it (chroot FOLDER pyroblur).
"""

import os
import re
import subprocess
import sys
import time

LIMIT_S = 30.0
STEPS = ("worker", "resources", "clip", "cover", "output", "window", "icons", "translations")
ENDING = re.compile(r"\d+ checks in [\d.]+ s: all passed")


def complaints(command: list[str], *, limit_s: float = LIMIT_S) -> list[str]:
    """What is wrong with the program, one thing a line; empty when nothing is."""
    # What a developer's shell sets would hide what a user's lacks.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "QT_", "PYROBLUR_"))}
    kept["PYROBLUR_LANG"] = "en"
    began = time.monotonic()
    done = subprocess.run([*command, "self-test"], env=kept, capture_output=True, text=True, check=False, timeout=600)
    took = time.monotonic() - began
    found = [f"on standard error: {line}" for line in done.stderr.splitlines()]
    *checks, ending = done.stdout.splitlines() or [""]
    good = tuple(f"ok     {step}: " for step in STEPS)
    found += [f"not expected: {line}" for line in checks if not line.startswith(good)]
    found += [f"did not pass: {step}" for step, word in zip(STEPS, good, strict=True) if word not in done.stdout]
    if not ENDING.fullmatch(ending):
        found.append(f"the last line is: {ending!r}")
    if done.returncode != 0:
        found.append(f"the exit status is {done.returncode}")
    if took > limit_s:
        found.append(f"it took {took:.1f} s, and {limit_s:.0f} s are the limit")
    if not found:
        print(done.stdout, end="")
    return found


def main() -> int:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    # A slow machine is no broken program: whoever measures sets the limit.
    found = complaints(sys.argv[1:], limit_s=float(os.environ.get("SELF_TEST_LIMIT_S", LIMIT_S)))
    for line in found:
        print(f"self-test: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
