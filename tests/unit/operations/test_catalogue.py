"""The catalogue names operations by text: what it names must be there."""

import subprocess
import sys

import pytest

from pyroblur_gui.operations.catalogue import OPERATIONS


@pytest.mark.parametrize("kind", list(OPERATIONS))
def test_operation_is_filed_under_the_kind_of_its_spec(kind):
    assert OPERATIONS[kind].spec.kind == kind
    assert callable(OPERATIONS[kind].load())


def test_catalogue_loads_no_feature():
    """A worker that covers a clip must not pay for the specs of data sets and trainings."""
    features = ["blurring", "datasets", "training"]
    program = (
        "import sys, pyroblur_gui.operations.catalogue\n"
        f"sys.exit(any(f'pyroblur_gui.{{name}}.spec' in sys.modules for name in {features}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
