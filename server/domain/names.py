"""称呼: how a household is spoken of where its full name has no business."""

from __future__ import annotations

_COMPOUND_SURNAMES = (
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 夏侯 轩辕 端木 南宫 西门 独孤"
)
_LONGEST_HAN_NAME = 4


def family_of(name: str | None) -> str:
    """Return 王家 for 王大山, 欧阳家 for 欧阳修; a name of another form stays as it is, none is 这户."""
    name = (name or "").strip()
    if not name:
        return "这户"
    if name.endswith(("家", "户")) or not 2 <= len(name) <= _LONGEST_HAN_NAME or not _is_han(name):
        return name
    return f"{name[:2] if name[:2] in _COMPOUND_SURNAMES else name[0]}家"


def _is_han(name: str) -> bool:
    return all("一" <= character <= "鿿" for character in name)
