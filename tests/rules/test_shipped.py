"""What is shipped works: forms compile, each has a projector, profiles load, layers hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.lint import lint
from server import profiles
from server.domain.mechanism import parse_profile
from server.services.projection import PROJECTORS
from tests.rules.source import ROOT


@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_a_shipped_form_compiles_without_a_remark(form_id: str) -> None:
    compiled = compile_form(catalogue.source(form_id))
    assert compiled.form_id == form_id
    assert list(lint(compiled)) == []


def test_every_shipped_form_has_a_projector() -> None:
    assert set(PROJECTORS) == set(catalogue.shipped())


@pytest.mark.parametrize("name", profiles.shipped())
def test_a_shipped_profile_loads(name: str) -> None:
    assert parse_profile(profiles.source(name)).name


def test_the_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
