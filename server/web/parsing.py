"""What a form or a query says, as a typed object: pydantic reads it, a Problem says what is wrong in it."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from werkzeug.exceptions import RequestEntityTooLarge

from server.domain.problems import Invalid, TooLarge

_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
_OUT_OF_REACH = "day_out_of_reach"


class Submitted(BaseModel):
    """A form as a person sent it: blanks are None, unknown fields are refused nowhere but ignored."""

    model_config = ConfigDict(str_strip_whitespace=True, frozen=True)

    @field_validator("*")
    @classmethod
    def _within_reach(cls, value: Any) -> Any:
        """A day is reckoned from, back and forth: at the ends of the calendar there is no day before or after."""
        if type(value) is dt.date and not _FIRST_DAY <= value <= _LAST_DAY:
            raise PydanticCustomError(_OUT_OF_REACH, "out of reach")
        return value


Model = TypeVar("Model", bound=BaseModel)


def form(model: type[Model]) -> Model:
    """The request's form. Raises Invalid("form.invalid", fields=…) with a Chinese reason per field."""
    return _read(model, request.form)


def query(model: type[Model]) -> Model:
    """The request's query. Raises Invalid("form.invalid", fields=…)."""
    return _read(model, request.args)


_JSON_LIMIT_BYTES = 64_000


def body(model: type[Model]) -> Model:
    """The request's JSON object. Raises Invalid("form.invalid", fields=…), TooLarge("request.text_too_long").

    Raises Invalid("request.malformed") for what is no JSON object.
    """
    request.max_content_length = _JSON_LIMIT_BYTES
    try:
        said = request.get_json(silent=True)
    except RequestEntityTooLarge as error:
        raise TooLarge("request.text_too_long") from error
    if not isinstance(said, dict):
        raise Invalid("request.malformed")
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise Invalid("form.invalid", fields=_reasons(error)) from error


def _read(model: type[Model], source: Any) -> Model:
    many = {name for name, field in model.model_fields.items() if "tuple" in str(field.annotation)}
    values = {
        name: source.getlist(name) if name in many else source[name]
        for name in source
        if name in model.model_fields and (name in many or source[name].strip() != "")
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid("form.invalid", fields=_reasons(error)) from error


_REASONS = {
    "missing": "必须填写",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "date_from_datetime_parsing": "日期应写成 2026-11-21 的样子",
    "date_parsing": "日期应写成 2026-11-21 的样子",
    _OUT_OF_REACH: "日期应在 1900 年到 2199 年之间",
    "int_parsing": "应是数字",
    "uuid_parsing": "没有这一项",
    "literal_error": "没有这个选项",
    "enum": "没有这个选项",
}


def _reasons(error: ValidationError) -> dict[str, str]:
    return {
        ".".join(str(part) for part in each["loc"]): _REASONS.get(each["type"], "填得不对")
        for each in error.errors()
    }
