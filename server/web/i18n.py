"""Chinese at the edge: sentences for problems, dates and numbers as they are written here."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib import resources

from flask import Flask

from server.domain.work_calendar import SHANGHAI

_WEEKDAYS = "一二三四五六日"


def install(app: Flask) -> None:
    """Give templates the filters for days and moments."""
    app.jinja_env.filters.update(day=day, moment=moment, until=until, clock=clock, weekday=weekday)


def say(code: str, /, **details: object) -> str:
    """The sentence for a stable code, its days as they are written here.

    A code without one is a bug, which a test finds before a user does.
    """
    sentence = sentences().get(code)
    if sentence is None:
        return f"办不了（{code}）"
    written = {name: day(value) if type(value) is dt.date else value for name, value in details.items()}
    return sentence.format_map(_Details(written))


@cache
def sentences() -> dict[str, str]:
    """Every sentence by its code."""
    table = resources.files("server.web").joinpath("sentences.toml").read_text(encoding="utf-8")
    return {
        f"{subject}.{name}": text
        for subject, texts in tomllib.loads(table).items()
        for name, text in texts.items()
    }


class _Details(dict[str, object]):
    """Details of a problem; one that is missing shows as nothing rather than failing the answer."""

    def __missing__(self, key: str) -> str:
        return ""


def day(value: dt.date | None) -> str:
    """2026年11月21日; nothing for no day."""
    return "" if value is None else f"{value.year}年{value.month}月{value.day}日"


def moment(value: dt.datetime | None) -> str:
    """2026年11月21日 09:05 in Shanghai; nothing for no moment."""
    if value is None:
        return ""
    local = value.astimezone(SHANGHAI)
    return f"{day(local.date())} {local:%H:%M}"


def until(value: dt.datetime | None) -> str:
    """The day where it ends a day (2026年9月17日 for the 18th's 00:00), else the moment; nothing for no moment."""
    if value is None:
        return ""
    local = value.astimezone(SHANGHAI)
    ends_a_day = local.time() == dt.time()
    return day(local.date() - dt.timedelta(days=1)) if ends_a_day else moment(value)


def clock(value: dt.datetime | None) -> str:
    """09:05 in Shanghai."""
    return "" if value is None else f"{value.astimezone(SHANGHAI):%H:%M}"


def weekday(value: dt.date) -> str:
    """星期六."""
    return f"星期{_WEEKDAYS[value.weekday()]}"
