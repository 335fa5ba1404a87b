"""What a model may be run on, by the names that a user gives."""

import re

DEVICE = r"^(auto|cpu|cuda(:\d+)?|mps|directml|coreml)$"


def check_device(value: object) -> object:
    """For a pydantic field, before it is looked at. Raises ValueError, which names the devices that there are."""
    if isinstance(value, str) and not re.fullmatch(DEVICE, value):
        message = f"{value!r} is no device: choose auto, cpu, cuda, cuda:1, mps, directml or coreml."
        raise ValueError(message)
    return value
