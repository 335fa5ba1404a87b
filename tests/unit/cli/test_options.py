"""Options come from the model's fields, and what the model refuses is a usage error that names the option."""

from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from pyroblur_gui.blurring.spec import BlurOptions, Style
from pyroblur_gui.cli.options import with_options
from pyroblur_gui.datasets.spec import IntakeOptions, SourceOptions


@pytest.fixture
def read_options():
    """Runs a command line and returns (result, the options that the command got)."""
    got: list[BlurOptions] = []
    application = typer.Typer(add_completion=False)

    @application.command()
    @with_options(BlurOptions)
    def command(name: Annotated[str, typer.Argument()] = "x", *, options: BlurOptions) -> None:
        """Help."""
        got.append(options)

    def run(*arguments: str):
        result = CliRunner().invoke(application, list(arguments), env={"COLUMNS": "200", "TERM": "dumb"})
        return result, got[-1] if got else None

    return run


def test_every_field_with_an_option_is_one(read_options):
    result, _ = read_options("--help")
    for field in BlurOptions.model_fields.values():
        assert field.json_schema_extra["option"] in result.output
        assert field.description.split(".")[0].split(":")[0][:20] in result.output


def test_nothing_given_leaves_the_models_defaults(read_options):
    result, options = read_options()
    assert result.exit_code == 0, result.output
    assert options == BlurOptions()
    assert options.model_fields_set == set()


def test_values_reach_their_fields(read_options):
    arguments = "--style pixelate --crf 12 --margin 7.5 --classes face --keep-metadata title,GPSLatitude --report"
    _, options = read_options(*arguments.split())
    assert options.style is Style.PIXELATE
    assert (options.crf, options.margin, options.classes) == (12, 7.5, ("face",))
    assert options.keep_metadata == ("title", "GPSLatitude")
    assert options.report is True


@pytest.mark.parametrize(
    ("text", "confidence"),
    [("0.3", {"*": 0.3}), ("face=0.2,license_plate=0.4", {"face": 0.2, "license_plate": 0.4})],
)
def test_confidence_is_for_all_classes_or_by_class(read_options, text, confidence):
    _, options = read_options("--conf", text)
    assert options.confidence == confidence
    assert options.confidence_for("face") == confidence.get("face", 0.3)


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["--crf", "52"], "--crf"),
        (["--crf", "good"], "--crf"),
        (["--style", "smear"], "--style"),
        (["--color", "red"], "--color"),
        (["--conf", "high"], "--conf"),
        (["--conf", "face=2"], "--conf"),
        (["--conf", "nan"], "--conf"),
        (["--device", "toaster"], "--device"),
        (["--classes", ","], "--classes"),
        (["--every", "0"], "--every"),
    ],
)
def test_what_the_model_refuses_is_a_usage_error(read_options, arguments, option):
    result, options = read_options(*arguments)
    assert result.exit_code == 2
    assert options is None
    assert option in result.output


@pytest.mark.parametrize(
    ("texts", "pairs"),
    [
        (["0=face", "1=license_plate"], {"0": "face", "1": "license_plate"}),
        (["0=face,1=license_plate"], {"0": "face", "1": "license_plate"}),
        (["0=face, Car, plate=license_plate,dog="], {"0": "face", "Car, plate": "license_plate", "dog": ""}),
    ],
)
def test_names_are_mapped_one_by_one_or_several_with_commas(texts, pairs):
    read: list[IntakeOptions] = []
    application = typer.Typer()

    @application.command()
    @with_options(IntakeOptions)
    def take(*, options: IntakeOptions) -> None:
        read.append(options)

    result = CliRunner().invoke(application, [word for text in texts for word in ("--map", text)])
    assert result.exit_code == 0, result.output
    assert read[0].classes == pairs
    assert CliRunner().invoke(application, ["--map", "0=face,1"]).exit_code == 2


@pytest.fixture
def read_intake():
    """Runs a command that has other defaults than its model and returns (result, the options that it got)."""
    got: list[SourceOptions] = []
    application = typer.Typer(add_completion=False)

    @application.command()
    @with_options(SourceOptions, defaults={"max_samples": 7})
    def command(*, options: SourceOptions) -> None:
        """Help."""
        got.append(options)

    def run(*arguments: str):
        result = CliRunner().invoke(application, list(arguments), env={"COLUMNS": "200", "TERM": "dumb"})
        return result, got[-1] if got else None

    return run


def test_shares_and_pairs_are_read_from_their_own_forms(read_intake):
    _, options = read_intake("--ratios", "60/30/10", "--map", "A car=car", "--map", "head=", "--keep-split")
    assert options.ratios == (60, 30, 10)
    assert options.classes == {"A car": "car", "head": ""}
    assert options.keep_split is True


def test_a_command_may_have_defaults_of_its_own(read_intake):
    result, options = read_intake()
    assert result.exit_code == 0, result.output
    assert options == SourceOptions(max_samples=7)
    assert read_intake("--max-samples", "3")[1].max_samples == 3
    help_text = read_intake("--help")[0].output
    assert "70/20/10" in help_text
    assert "[default: (7)]" in help_text


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["--ratios", "70/20"], "--ratios"),
        (["--ratios", "70/20/ten"], "--ratios"),
        (["--ratios", "0/50/50"], "--ratios"),
        (["--map", "face"], "--map"),
        (["--map", "=face"], "--map"),
        (["--project", "one"], "--project"),
        (["--size", "12"], "--size"),
    ],
)
def test_what_a_source_cannot_be_asked_for_is_a_usage_error(read_intake, arguments, option):
    result, _ = read_intake(*arguments)
    assert result.exit_code == 2
    assert option in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--color", "red"], "write it as #RRGGBB"),
        (["--device", "toaster"], "choose auto, cpu"),
        (["--classes", ","], "at least one class"),
        (["--conf", "2"], "The confidence must be"),
    ],
)
def test_a_refusal_says_what_to_write_instead(read_options, arguments, says):
    result, _ = read_options(*arguments)
    assert says in result.output
