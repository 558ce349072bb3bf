"""单位: who takes orders in the invented county without an account — departments, firms, and the members of its alliances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.demo.chance import dice
from server.demo.county import County
from server.demo.gazetteer import COUNTY_CODE
from server.demo.matters import Matter
from server.demo.names import UNIT_PHONES, full_name, phone
from server.domain.jurisdiction import Level
from server.domain.mechanism.organisation import Alliance


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit: its name, which no other has, its kind, the division it serves, and the alliance it is a member of."""

    name: str
    kind: str
    division: str
    alliance: str | None = None
    contact_name: str = ""
    contact_phone: str = ""


_WATER, _ROADS, _HOUSING = "县水务局", "县交通运输委员会", "县住房和城乡建设委员会"
_LAND, _AID, _MEDICAL = "县规划和自然资源局", "县民政局", "县医疗保障局"
_LABOUR, _SCHOOLS, _FARMING = "县人力资源和社会保障局", "县教育委员会", "县农业农村委员会"
_ORDER, _NETWORK, _POWER = "县综合行政执法局", "青岚通信公司", "青岚供电公司"

_DEPARTMENTS = (_WATER, _ROADS, _HOUSING, _LAND, _AID, _MEDICAL, _LABOUR, _SCHOOLS, _FARMING, _ORDER)
_FIRMS = (_NETWORK, _POWER)
_RESPONSIBLE = {
    "facility.manhole": _HOUSING,
    "road.surface": _ROADS,
    "road.guardrail": _ROADS,
    "hazard.house": _HOUSING,
    "hazard.slope": _LAND,
    "order.building": _ORDER,
    "dispute.wages": _LABOUR,
    "utility.water_supply": _WATER,
    "utility.power": _POWER,
    "utility.network": _NETWORK,
    "welfare.aid": _AID,
    "welfare.medical": _MEDICAL,
    "school_job.school": _SCHOOLS,
    "farming.pest": _FARMING,
}
"""Whose business a matter of the government's is, by kind and detail."""

_MEMBERS = (
    "青岚县人民医院", "青岚农村商业银行", "青岚中学", "青岚公共交通公司", "青岚邮政分公司", "县图书馆", "县供销合作社",
    "县气象局", "县文化馆", "县融媒体中心", "青岚燃气公司", "县疾病预防控制中心", "县林业局", "县机关幼儿园",
)  # fmt: skip
"""Who may be a member of an alliance; where one serves several divisions, its name says which."""

_OFFICE = "规划建设管理环保办公室"


def units_of(county: County) -> tuple[DemoUnit, ...]:
    """Every unit of the county under its mechanism, the county's own first."""
    plain = [
        *(DemoUnit(name, "department", COUNTY_CODE) for name in _DEPARTMENTS),
        *(DemoUnit(name, "firm", COUNTY_CODE) for name in _FIRMS),
        *(
            DemoUnit(office_of(county, division.code), "office", division.code)
            for division in county.map.divisions
            if division.level == "township"
        ),
        *(member for alliance in county.mechanism.alliances for member in _members(county, alliance)),
    ]
    return tuple(_reachable(unit, serial) for serial, unit in enumerate(plain))


def responsible(matter: Matter) -> str | None:
    """The unit whose business a matter is, by name; None where it is nobody's in particular."""
    return _RESPONSIBLE.get(f"{matter.kind}.{matter.detail}")


def office_of(county: County, township: str) -> str:
    """The office of a township that takes what is nobody else's, by name."""
    return f"{_named(county, township)}{_OFFICE}"


def allied(county: County, division: str) -> str | None:
    """The member of an alliance that a village or township sends for, by name; None where it has none."""
    for alliance in county.mechanism.alliances:
        if len(division) == _digits(alliance) and _fits(county, alliance, division):
            return _name(county, division)
    return None


def _members(county: County, alliance: Alliance) -> Iterator[DemoUnit]:
    for division in county.map.divisions:
        if len(division.code) == _digits(alliance) and _fits(county, alliance, division.code):
            yield DemoUnit(_name(county, division.code), "alliance", division.code, alliance.label)


def _digits(alliance: Alliance) -> int:
    """Members that look after single grids are entered for the village, which sends for them."""
    above = alliance.attached in (Level.TOWNSHIP, Level.COUNTY)
    return Level.TOWNSHIP.digits if above else Level.VILLAGE.digits


def _fits(county: County, alliance: Alliance, division: str) -> bool:
    areas = {grid.area for grid in county.map.grids if grid.code.startswith(division)}
    return alliance.area == "all" or alliance.area in areas


def _name(county: County, division: str) -> str:
    return f"{dice('member', division).choice(_MEMBERS)}（联系{_named(county, division)}）"


def _named(county: County, division: str) -> str:
    return next(each.name for each in county.map.divisions if each.code == division)


def _reachable(unit: DemoUnit, serial: int) -> DemoUnit:
    throw = dice("unit", unit.name)
    contact = full_name(throw, throw.choice(("female", "male")))
    return DemoUnit(unit.name, unit.kind, unit.division, unit.alliance, contact, phone(UNIT_PHONES + serial))
