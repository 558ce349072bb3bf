"""What 青岚县 consists of: its townships and villages by name, how many grids each has and how large it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.demo.chance import dice
from server.demo.terrain import Town

Area = Literal["urban", "rural"]

COUNTY_CODE = "509901"
COUNTY_NAME = "青岚县"
CITY_CODE = COUNTY_CODE[:4]
CITY_NAME = "云岭市（虚构）"


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """A village or community to be drawn: how many grids, how large in all (km²)."""

    name: str
    area: Area
    grids: int
    square_km: float


@dataclass(frozen=True, slots=True)
class TownshipPlan:
    """A township to be drawn: the last three digits of its code, where its town lies, its villages."""

    serial: str
    name: str
    town: Town
    villages: tuple[VillagePlan, ...]


def _town(name: str, grids: int, square_km: float) -> VillagePlan:
    return VillagePlan(name, "urban", grids, square_km)


def _country(names: str, grids: tuple[int, ...], square_km: float) -> tuple[VillagePlan, ...]:
    """Villages whose grids average `square_km`, some roomier than others."""
    villages = []
    for name, count in zip(names.split(), grids, strict=True):
        size = square_km * (0.86 + 0.28 * dice("village size", name).random())
        villages.append(VillagePlan(f"{name}村", "rural", count, round(size * count, 2)))
    return tuple(villages)


PLAN: tuple[TownshipPlan, ...] = (
    TownshipPlan(
        "001",
        "岚城街道",
        Town(-1500.0, 300.0, 2150.0),
        (
            _town("文庙社区", 4, 0.66),
            _town("北门社区", 4, 0.80),
            _town("河街社区", 4, 0.72),
            _town("梨园社区", 4, 1.02),
            _town("望岚社区", 4, 1.14),
            _town("新桥社区", 4, 1.22),
            *_country("柏树 灯塔", (3, 3), 1.9),
        ),
    ),
    TownshipPlan(
        "100",
        "云陂镇",
        Town(-10600.0, -4300.0, 820.0),
        (_town("云陂社区", 3, 0.90), *_country("三桥 石鼓 杨柳 双河 马鞍 竹溪", (3, 3, 2, 3, 3, 3), 4.2)),
    ),
    TownshipPlan(
        "101",
        "鹤渡镇",
        Town(6300.0, 3600.0, 820.0),
        (_town("鹤渡社区", 3, 0.84), *_country("龙洞 青杠 沙坝 高峰 兴隆 花园", (3, 3, 3, 3, 3, 3), 4.0)),
    ),
    TownshipPlan(
        "102",
        "松坪镇",
        Town(-5000.0, 2600.0, 820.0),
        (_town("松坪社区", 3, 0.96), *_country("大垭 金竹 老屋 响水 桂花", (3, 3, 3, 3, 2), 4.3)),
    ),
    TownshipPlan(
        "200",
        "乌溪乡",
        Town(12600.0, 5200.0, 0.0),
        _country("乌溪 凉水 云台 白岩 长岭 麻柳", (3, 3, 2, 3, 2, 3), 4.7),
    ),
    TownshipPlan(
        "201",
        "半岭乡",
        Town(2200.0, -3300.0, 0.0),
        _country("半岭 红星 箭竹 天池 茶园 河口", (3, 3, 3, 3, 2, 2), 4.6),
    ),
)
