"""A spec is a frozen, validated description of one job; it can be written as JSON and read back."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """Base of all job descriptions. `kind` names the operation in operations/catalogue.py."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    kind: ClassVar[str]
