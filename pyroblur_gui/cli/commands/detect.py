"""`pyroblur detect`: lists what would be covered, without covering."""

from pyroblur_gui.blurring.spec import BlurOptions, DetectSpec
from pyroblur_gui.cli.batch import Work
from pyroblur_gui.cli.commands.blur import DEFAULTS, AsJson, Inputs, absolute_model, check_confidence, finish
from pyroblur_gui.cli.options import with_options
from pyroblur_gui.cli.output import choose_narrator
from pyroblur_gui.cli.targets import find_sources

FINDING = frozenset({"find"})  # the options that decide what is found


@with_options(BlurOptions, groups=FINDING, defaults=DEFAULTS)
def detect(inputs: Inputs, *, as_json: AsJson = False, options: BlurOptions) -> None:
    """List the boxes of faces and licence plates, without covering them.

    With --json, the last line of a file carries all boxes by frame. The exit status is that of `blur`.
    """
    check_confidence(options)
    found = find_sources(inputs, skip_results=False)
    chosen = absolute_model(options)
    work = [Work(DetectSpec(source=source.path.absolute(), options=chosen), source.path) for source in found.sources]
    finish(work, found, choose_narrator(as_json=as_json), is_listing=True)
