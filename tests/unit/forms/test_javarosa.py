from __future__ import annotations

import os
import shutil
import stat

import pytest

from forms import catalogue, javarosa
from forms.compiler import compile_form
from forms.findings import Finding
from forms.javarosa import Verdict, remarks, validate

SECONDS = 120
SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"


@pytest.mark.java
@pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine")
@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_the_engine_of_collect_opens_the_shipped_forms(compiled, form_id):
    assert validate(compiled[form_id].xml, timeout=SECONDS) == Verdict(opens=True, said=())


@pytest.mark.java
@pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine")
def test_the_engine_of_collect_refuses_a_chinese_name():
    source = f"| survey |\n| | type | name | label |\n| | text | 姓名 | 姓名 |\n{SETTINGS}"
    assert any("/data/姓名" in line for line in validate(compile_form(source).xml, timeout=SECONDS).said)


@pytest.fixture
def java(tmp_path, monkeypatch):
    """Stands in for the Java program with a few lines of shell."""

    def install(script: str) -> None:
        program = tmp_path / "java"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return install


def test_what_the_validator_says_is_told_without_its_stack(java):
    java("printf 'Picked up X\\nno such path\\n\\tat org.javarosa.A\\n' >&2; exit 1")
    assert validate(b"<a/>", timeout=SECONDS) == Verdict(opens=False, said=("no such path",))


def test_a_validator_that_dies_silently_has_not_agreed(java):
    java("exit 9")
    assert remarks(b"<a/>") == (Finding("error", "", "ODK Validate 打不开这张表，原话是：（没有说原因）"),)


def test_what_the_validator_says_of_a_form_it_opens_is_a_warning(java):
    java("echo 'Label missing for /data/words' >&2")
    assert remarks(b"<a/>") == (
        Finding("warning", "/data/words", "ODK Validate 的提醒：Label missing for /data/words"),
    )


def test_a_machine_without_java_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        validate(b"<a/>", timeout=SECONDS)
    assert remarks(b"<a/>") == (Finding("warning", "", "没有装 Java，未用 ODK Validate 检查"),)


def test_what_the_validator_says_stands_at_the_node_it_names(java):
    java("echo 'Cannot evaluate /data/house/people: no such function' >&2; exit 1")
    (found,) = remarks(b"<a/>")
    assert (found.level, found.place) == ("error", "/data/house/people")
    assert (
        found.message
        == "ODK Validate 打不开这张表，原话是：Cannot evaluate /data/house/people: no such function"
    )


def test_a_validator_that_does_not_end_is_left(java, monkeypatch):
    monkeypatch.setattr(javarosa, "_SECONDS", 0.01)
    java("exec tail -f /dev/null")
    (found,) = remarks(b"<a/>")
    assert (found.level, found.message) == ("warning", "ODK Validate 0.01 秒没有查完，这张表可能太大")
