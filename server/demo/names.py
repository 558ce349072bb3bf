"""Names and telephone numbers of people who do not exist."""

from __future__ import annotations

import random
from typing import Literal

from server.demo.chance import weighted

Sex = Literal["female", "male"]

_SURNAMES: tuple[tuple[str, float], ...] = (
    *((name, 7.0) for name in "王李张刘陈"),
    *((name, 4.0) for name in "杨黄赵吴周徐孙马朱胡"),
    *((name, 2.0) for name in "郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田"),
    *(
        (name, 1.0)
        for name in "董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤冉"
    ),
)
_FIRST = {
    "female": "秀桂玉淑素春翠菊兰凤小晓雪美丽慧雅静红云月金文思嘉",
    "male": "国建志明文德永世大长正光云天忠家成兴少俊立学友维一子",
}
_SECOND = {
    "female": "英芳兰珍梅琴华容群琼蓉霞秀萍芬玲娟燕莉婷敏香",
    "male": "军华强平林贵明福全才清荣胜海波勇涛成伦辉斌洪刚",
}

PHONE_PREFIX = "1990000"
"""No carrier gives out numbers like these."""

STAFF_PHONES = 9000
REPORTER_PHONES = 7000
UNIT_PHONES = 9500


def surname(throw: random.Random) -> str:
    """A family name, as common as in the country at large."""
    return weighted(throw, _SURNAMES)


def full_name(throw: random.Random, sex: Sex, *, family: str | None = None) -> str:
    """A whole name of two or three characters, of the family given or of any."""
    first = throw.choice(_FIRST[sex]) if throw.random() < 0.82 else ""
    return (family or surname(throw)) + first + throw.choice(_SECOND[sex])


def phone(serial: int) -> str:
    """An eleven-digit number that reaches nobody; `serial` below 10,000."""
    return f"{PHONE_PREFIX}{serial:04d}"
