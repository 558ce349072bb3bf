"""Forms of our own, one for every type of question, appearance and known mistake; each says what it must yield.

A specimen is a few lines of TOML and the form's Markdown table. An accepted one names its fields with their types, the
files and lists it expects, what its XForm must hold and every remark on it; a refused one its mistakes.
"""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from forms.compiler import CompiledForm, compile_form
from forms.findings import Finding, FormRefused
from forms.lint import lint
from forms.schema import shape

SPECIMENS = Path(__file__).with_name("specimens")
ACCEPTED = sorted((SPECIMENS / "accepted").glob("*.md"))
REFUSED = sorted((SPECIMENS / "refused").glob("*.md"))


def read(path: Path) -> tuple[dict[str, list[str]], bytes]:
    """What a specimen must yield, and its table."""
    head, bar, table = path.read_text("utf-8").partition("\n|")
    return tomllib.loads(head), (bar + table).lstrip().encode()


def said(finding: Finding) -> str:
    return f"{finding.place}：{finding.message}" if finding.place else finding.message


def yields(form: CompiledForm) -> dict[str, list[str]]:
    described = shape(form.xml)
    return {
        "fields": [f"{each.path} {each.type}" for each in described.fields if "/meta/" not in each.path],
        "media": list(described.media),
        "entity_lists": list(described.entity_lists),
        "repeats": sorted(described.repeats),
        "remarks": [f"{each.level} {said(each)}" for each in (*form.remarks, *lint(form))],
    }


def test_there_are_many_specimens():
    assert len(ACCEPTED) >= 60
    assert len(REFUSED) >= 60


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_a_specimen_yields_what_it_says(path):
    expected, source = read(path)
    form = compile_form(source)
    nothing: dict[str, list[str]] = {key: [] for key in ("media", "entity_lists", "repeats", "remarks")}
    assert nothing | expected == yields(form) | {"xml": expected["xml"]}
    assert [fragment for fragment in expected["xml"] if fragment not in form.xml.decode()] == []


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_mistaken_specimen_is_refused_for_its_mistake(path):
    expected, source = read(path)
    with pytest.raises(FormRefused) as refused:
        compile_form(source)
    assert {"refused": [said(each) for each in refused.value.findings]} == expected
    assert {each.level for each in refused.value.findings} <= {"error", "warning"}


@pytest.mark.java
@pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine")
def test_whatever_the_engine_of_collect_refuses_has_an_error_of_ours(tmp_path):
    forms = {path.stem: compile_form(read(path)[1]) for path in ACCEPTED}
    for name, form in forms.items():
        (tmp_path / f"{name}.xml").write_bytes(form.xml)
    validator = resources.files("pyxform.validators.odk_validate") / "bin" / "ODK_Validate.jar"
    command = ["java", "-Xmx256m", "-Dfile.encoding=UTF-8", "-jar", str(validator)]
    done = subprocess.run(
        [*command, *map(str, sorted(tmp_path.glob("*.xml")))], capture_output=True, text=True, check=False
    )
    refused = {Path(line).stem for line in done.stderr.splitlines() if line.startswith(str(tmp_path))}
    assert "name_in_chinese" in refused
    with_errors = {name for name, form in forms.items() if any(each.level == "error" for each in lint(form))}
    assert refused <= with_errors
