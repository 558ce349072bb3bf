"""A phone of the small county, and another one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.factories import County
from tests.phones import Phone


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return Phone(client, county)
