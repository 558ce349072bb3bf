"""A mechanism read from the text of its TOML file, and refused with key and reason where it cannot hold."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from server.domain.mechanism.consistency import check_whole
from server.domain.mechanism.profile import MechanismProfile
from server.domain.problems import Invalid


def parse_profile(text: str) -> MechanismProfile:
    """Read a county's mechanism from the text of its TOML file.

    Raises Invalid with a Chinese `reason` and, where one key is at fault, its dotted `key`:
    "profile.unreadable", "profile.unknown_key", "profile.missing_key", "profile.bad_value" or
    "profile.contradiction".
    """
    try:
        profile = MechanismProfile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Invalid("profile.unreadable", reason=f"不是有效的 TOML：{error}") from error
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from error
    check_whole(profile)
    return profile


_REASONS: Mapping[str, tuple[str, str]] = {
    "extra_forbidden": ("profile.unknown_key", "没有这个配置项，请检查拼写"),
    "missing": ("profile.missing_key", "缺少这个配置项"),
    "allowance": ("profile.bad_value", "时限要写成 24h（小时）、3d（天）或 5wd（工作日）"),
    "literal_error": ("profile.bad_value", "不是允许的取值"),
    "enum": ("profile.bad_value", "不是允许的取值"),
}


def _refusal(error: ErrorDetails) -> Invalid:
    code, reason = _REASONS.get(error["type"], ("profile.bad_value", "取值的类型或范围不对"))
    return Invalid(code, key=".".join(str(step) for step in error["loc"]), reason=reason)
