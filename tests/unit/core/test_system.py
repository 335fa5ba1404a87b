"""Facts about the machine, true ones, without importing what they are about."""

import os
import platform
import sys
from pathlib import Path

import psutil
import pytest

from pyroblur_gui.core import system

X86 = """processor\t: 0
model name\t: A Fast CPU @ 3.0GHz
flags\t\t: fpu avx2 avx512f avx512_vnni avx512_bf16 amx_tile

"""
ARM = "processor\t: 0\nFeatures\t: fp asimd bf16\n\n"


@pytest.fixture(autouse=True)
def _forget() -> None:
    system.processor.cache_clear()


def test_the_processor_of_this_machine() -> None:
    cpu = system.processor()
    assert cpu.name
    assert cpu.architecture == platform.machine()
    assert 1 <= cpu.cores <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("text", "name", "has_bf16", "has_amx"), [(X86, "A Fast CPU @ 3.0GHz", True, True), (ARM, "", True, False)]
)
def test_flags_are_read_from_cpuinfo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, name: str, *, has_bf16: bool, has_amx: bool
) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    monkeypatch.setattr(system, "_CPUINFO", tmp_path / "cpuinfo")
    cpu = system.processor()
    assert (cpu.has_bf16, cpu.has_amx) == (has_bf16, has_amx)
    assert cpu.has_avx2 is cpu.has_avx512 is cpu.has_vnni is (text == X86)
    assert cpu.name == (name or platform.processor() or platform.machine())


def test_flags_are_off_where_they_are_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "_CPUINFO", tmp_path / "absent")
    cpu = system.processor()
    assert (cpu.has_bf16, cpu.has_avx512, cpu.has_amx) == (False, False, False)
    assert cpu.name


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_cores_are_those_that_may_be_used() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert system.usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_memory_is_that_of_the_machine() -> None:
    memory = system.memory()
    assert memory.total_bytes == psutil.virtual_memory().total
    assert 0 < memory.available_bytes <= memory.total_bytes


def test_presence_is_found_out_without_importing() -> None:
    sys.modules.pop("this", None)
    assert system.is_installed("this")
    assert "this" not in sys.modules
    assert not system.is_installed("no_such_package")
    assert not system.is_installed("no_such_package.part")


def test_versions_by_the_name_of_the_distribution() -> None:
    assert system.version_of("psutil") == psutil.__version__
    assert system.version_of("no-such-distribution") is None


def test_facts_for_a_bug_report_name_nobody() -> None:
    facts = system.platform_facts()
    text = " ".join(facts.values())
    assert facts["python"] == platform.python_version()
    assert platform.node() not in text
    assert str(Path.home()) not in text
