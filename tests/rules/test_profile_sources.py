"""Every value of a shipped mechanism says where it was taken from, or that it is ours."""

from __future__ import annotations

import re
import tomllib

import pytest

from server import profiles
from server.domain.mechanism.remarks import remarks

_SOURCE = re.compile(r"(ZX|LL|CK|XA|NA|FD|JJ)-K?[0-9]+|我们的默认|我们的延伸|文件标题|GB/T 2260")


def test_seven_counties_are_shipped() -> None:
    assert profiles.shipped() == (
        "chengkou",
        "fengdu",
        "jiangjin",
        "longli",
        "nanan",
        "xian",
        "zhongxian",
    )


@pytest.mark.parametrize("name", profiles.shipped())
def test_every_value_names_its_rule_or_says_that_it_is_ours(name: str) -> None:
    said = remarks(profiles.source(name))
    assert {key.split(".")[0] for key in said} == set(tomllib.loads(profiles.source(name)))
    assert [key for key, remark in said.items() if not _SOURCE.search(remark)] == []
