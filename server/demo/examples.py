"""样例: matters of one village and its township that stand at every step on the day the county is first looked at.

Whoever signs in first finds something in each of his tabs, with each of its marks. Like everything else they go on: the
step each waits for is taken in the days after.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from server.demo.chance import dice
from server.demo.county import County
from server.demo.matters import Fate, Form, Raised, matter_of
from server.demo.meetings import kind_at
from server.demo.names import REPORTER_PHONES, phone
from server.domain.mechanism import Canonical, HandlingLevel

_MEETING_DAYS = 10
"""Working days a meeting puts before everything that follows on it."""


@dataclass(frozen=True, slots=True)
class _Example:
    """A matter: what becomes of it, the step it stops before, and how many working days before the first look it was raised."""

    kind: str
    fate: Fate
    stops_before: str
    ago: int
    form: Form = "intake"
    urgent: bool = False


_EXAMPLES = (
    _Example("sanitation.litter", "untouched", "register", 1, "online"),
    _Example("hazard.flood", "untouched", "register", 2, urgent=True),
    _Example("sanitation.sewage", "need_info", "supply", 2, "online"),
    _Example("road.village_road", "handled", "assign", 3),
    _Example("facility.broadcast", "returned", "reassign", 6),
    _Example("farming.irrigation", "suspended", "resume", 10),
    _Example("hazard.water", "suspended", "approve", 7),
    _Example("facility.fitness", "late", "approve", 6),
    _Example("sanitation.toilet", "handled", "finish", 4, "online"),
    _Example("dispute.land", "handled", "feed_back", 9),
    _Example("sanitation.straw", "handled", "rate", 7, "online"),
    _Example("facility.lamp", "handled", "call_back", 13, "online"),
    _Example("order.noise", "rejected", "appeal", 5, "online"),
    _Example("order.animals", "handled", "claim", 2),
    _Example("road.surface", "handled", "official", 2),
    _Example("utility.power", "handled", "finish", 22),
    _Example("utility.water_supply", "suspended", "approve", 9),
    _Example("hazard.slope", "handled", "finish", 5),
    _Example("utility.network", "returned", "reassign", 7),
    _Example("hazard.house", "handled", "feed_back", 16),
)

_SAME_MATTER = (
    "整个组从早上起没有自来水",
    "我们这边也停水了，请快点修",
    "停水了，家里有老人",
    "水龙头一滴水都没有",
)
_SAME_MATTER_DAYS_AGO = 4


def examples(county: County, village: str) -> list[Raised]:
    """Every example, in the grids of a village in turn, by its people; and one matter that several reported."""
    grids = [code for code in county.grids if code.startswith(village)]
    single = [
        _raised(county, example, grid=grids[n % len(grids)], serial=n) for n, example in enumerate(_EXAMPLES)
    ]
    return [*single, *_reported_by_several(county, grids[0])]


def _raised(county: County, example: _Example, *, grid: str, serial: int) -> Raised:
    kind, _, detail = example.kind.partition(".")
    matter = matter_of(kind, detail)
    throw = dice("example", grid, example.kind)
    household = throw.choice([h for h in county.by_grid[grid] if h.position and h.status == "occupied"])
    return Raised(
        day=_day(county, example, klass=matter.klass),
        form=example.form,
        channel="walkin" if example.form == "intake" else example.form,
        grid=grid,
        matter=matter,
        words=matter.said[0],
        answer="later",
        fate=example.fate,
        urgency="urgent" if example.urgent else "normal",
        place=household.position,
        household=household.key,
        reporter_kind="named",
        reporter_name=household.head.name,
        reporter_phone=phone(REPORTER_PHONES + 200 + serial),
        fault="example",
        example=example.stops_before,
    )


def _day(county: County, example: _Example, *, klass: Canonical) -> dt.date:
    """Early enough to have come as far as it should, meetings included where the county has them on such matters."""
    above: HandlingLevel = "township" if klass == "GOVERNMENT" else "village"
    met_on = county.mechanism.class_of(klass).on_agenda and kind_at(county, klass, above) is not None
    early = _MEETING_DAYS if met_on and example.ago > 3 else 0
    return county.working_day(county.seeded_on, -(example.ago + early))


def _reported_by_several(county: County, grid: str) -> list[Raised]:
    """The first report is given to whose business it is; the others are merged with it 并单."""
    households = [h for h in county.by_grid[grid] if h.position and h.status == "occupied"]
    day = county.working_day(county.seeded_on, -_SAME_MATTER_DAYS_AGO)
    return [
        Raised(
            day=day + dt.timedelta(days=n // 2),
            form="online",
            channel="online",
            grid=grid,
            matter=matter_of("utility", "water_supply"),
            words=words,
            answer="later",
            fate="merged" if n else "handled",
            place=household.position,
            household=household.key,
            reporter_kind="named",
            reporter_phone=phone(REPORTER_PHONES + 230 + n),
            fault="no_water",
            example="finish",
        )
        for n, (words, household) in enumerate(zip(_SAME_MATTER, households, strict=False))
    ]
