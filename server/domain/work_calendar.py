"""工作日: which days are working days, with holidays and make-up workdays 调休 (METRICS D8, MECHANISMS S4 #8)."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from server.domain.problems import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")

_SATURDAY = 5
_ONE_DAY = dt.timedelta(days=1)


def local_day(moment: dt.datetime) -> dt.date:
    """Return the Shanghai calendar date of an aware `moment`."""
    return moment.astimezone(SHANGHAI).date()


@lru_cache(maxsize=4096)
def end_of_day(day: dt.date) -> dt.datetime:
    """Return 24:00 of `day` in Shanghai, as aware UTC."""
    return dt.datetime.combine(day + _ONE_DAY, dt.time(), tzinfo=SHANGHAI).astimezone(dt.UTC)


class _Holiday(BaseModel):
    """One holiday: its days off, first to last, and the weekend days worked in exchange."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    first: dt.date
    last: dt.date
    makeup: tuple[dt.date, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> _Holiday:
        if self.last < self.first:
            raise ValueError("last before first")
        return self

    def days(self) -> frozenset[dt.date]:
        return frozenset(
            self.first + _ONE_DAY * offset for offset in range((self.last - self.first).days + 1)
        )


class _HolidayTable(BaseModel):
    """The holidays of one year as a data file states them; `provisional` until the State Council has announced."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int
    provisional: bool
    source: str
    holidays: tuple[_Holiday, ...]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked: Monday to Friday, less `days_off`, plus `makeup_days`."""

    days_off: frozenset[dt.date]
    makeup_days: frozenset[dt.date]
    announced_years: frozenset[int]

    @classmethod
    def from_toml(
        cls,
        texts: Iterable[str],
        *,
        local_days_off: Iterable[dt.date] = (),
        local_workdays: Iterable[dt.date] = (),
    ) -> WorkCalendar:
        """Read holiday tables, one TOML text per year, and a county's own days; what the county says wins.

        Raises Invalid("calendar.unreadable") for a text that is no holiday table.
        """
        tables = [_read(text) for text in texts]
        holidays = [holiday for table in tables for holiday in table.holidays]
        own_off, own_work = frozenset(local_days_off), frozenset(local_workdays)
        days_off = frozenset(day for holiday in holidays for day in holiday.days())
        makeup = frozenset(day for holiday in holidays for day in holiday.makeup)
        return cls(
            days_off=(days_off - own_work) | own_off,
            makeup_days=(makeup - own_off) | own_work,
            announced_years=frozenset(table.year for table in tables if not table.provisional),
        )

    def is_working(self, day: dt.date) -> bool:
        """Say whether `day` is worked."""
        if day in self.makeup_days:
            return True
        return _is_weekday(day) and day not in self.days_off

    def is_provisional(self, day: dt.date) -> bool:
        """Say whether `day` lies in a year whose holidays are not announced yet: dates in it may still move."""
        return day.year not in self.announced_years

    def working_days(self, first: dt.date, last: dt.date) -> int:
        """Count the working days from `first` to `last`, both included; 0 if `last` is earlier."""
        days = (last - first).days + 1
        if days <= 0:
            return 0
        weeks, rest = divmod(days, 7)
        weekdays = weeks * _SATURDAY + sum(_is_weekday(first + _ONE_DAY * offset) for offset in range(rest))
        off = sum(first <= day <= last and _is_weekday(day) for day in self.days_off - self.makeup_days)
        made_up = sum(first <= day <= last and not _is_weekday(day) for day in self.makeup_days)
        return weekdays - off + made_up

    def next_working_day(self, day: dt.date) -> dt.date:
        """Return the first working day after `day`."""
        day += _ONE_DAY
        while not self.is_working(day):
            day += _ONE_DAY
        return day


def _is_weekday(day: dt.date) -> bool:
    return day.weekday() < _SATURDAY


def _read(text: str) -> _HolidayTable:
    try:
        return _HolidayTable.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise Invalid("calendar.unreadable", reason=str(error)) from error
