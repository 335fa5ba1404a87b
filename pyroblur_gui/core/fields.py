"""What a field of a pydantic model says about itself beside its title and description, for forms and command lines.

group: the section that it belongs to; unit, step: of a number; option: the command line's name; advanced: folded away
at first; and what single forms know besides.
"""

from typing import Any

from pydantic import JsonValue
from pydantic.fields import FieldInfo


def hints(group: str, **more: JsonValue) -> dict[str, JsonValue]:
    """For json_schema_extra."""
    return {"group": group, **more}


def hints_of(field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}
