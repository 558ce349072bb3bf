"""The shipped forms, compiled once for all tests of the form engine."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from forms import catalogue
from forms.compiler import CompiledForm, compile_form
from forms.schema import Shape, shape


@pytest.fixture(scope="session")
def compiled() -> Mapping[str, CompiledForm]:
    return {form_id: compile_form(catalogue.source(form_id)) for form_id in catalogue.shipped()}


@pytest.fixture(scope="session")
def shapes(compiled: Mapping[str, CompiledForm]) -> Mapping[str, Shape]:
    return {form_id: shape(form.xml) for form_id, form in compiled.items()}
