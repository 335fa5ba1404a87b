"""Which control a field gets is decided from the model alone."""

import pytest
from pydantic import BaseModel

from pyroblur_gui.blurring.spec import BlurOptions
from pyroblur_gui.core.settings import Settings
from pyroblur_gui.ui.fields import Widget, plan_fields


def test_every_option_and_setting_gets_a_control() -> None:
    assert [plan.name for plan in plan_fields(BlurOptions)] == list(BlurOptions.model_fields)
    assert [plan.name for plan in plan_fields(Settings)] == [
        name for name in Settings.model_fields if name not in {"blur_defaults", "was_welcomed"}
    ]


def test_titles_help_and_limits_come_from_the_model() -> None:
    plans = {plan.name: plan for plan in plan_fields(BlurOptions)}
    assert plans["crf"].widget is Widget.SLIDER
    assert (plans["crf"].low, plans["crf"].high) == (0, 51)
    assert plans["margin"].is_optional
    assert plans["margin"].unit == "%"
    assert plans["style"].choices == ("blur", "pixelate", "solid")
    assert plans["color"].only_if == (("style", "solid"),)
    assert plans["every"].is_advanced
    assert all(plan.title and plan.help for plan in plans.values())


def test_a_field_that_no_control_can_show_is_an_error() -> None:
    class Odd(BaseModel):
        when: complex = 1j

    with pytest.raises(TypeError, match="when"):
        plan_fields(Odd)
