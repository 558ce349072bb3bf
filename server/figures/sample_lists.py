"""示例名单: what stands for the lists of FORMS §2 while a draft is tried out. Nobody in them lives anywhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from forms import catalogue
from server.figures import case_list, entity_lists
from server.figures.household_list import HOUSEHOLD_COLUMNS, PERSON_COLUMNS
from server.work import Reading

_GRID = "000000000000001"
_HOMES = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")
_ROWS: Mapping[str, tuple[Sequence[str], Sequence[Mapping[str, str]]]] = {
    "grids.csv": (("name", "label", "geometry"), [{"name": _GRID, "label": "示例网格"}]),
    "households.csv": (
        HOUSEHOLD_COLUMNS,
        [
            {
                "name": _HOMES[0],
                "label": "示例1组1号 甲家",
                "grid": _GRID,
                "due_state": "due",
                "card": "示例住户",
            },
            {
                "name": _HOMES[1],
                "label": "示例1组2号 乙家",
                "grid": _GRID,
                "due_state": "none",
                "card": "示例住户",
            },
        ],
    ),
    "persons.csv": (
        PERSON_COLUMNS,
        [
            {"name": "00000000-0000-4000-8000-000000000003", "label": "示例甲", "household": _HOMES[0]},
            {"name": "00000000-0000-4000-8000-000000000004", "label": "示例乙", "household": _HOMES[1]},
        ],
    ),
    "open_cases.csv": (
        case_list.HEADER,
        [
            {
                "name": "00000000-0000-4000-8000-000000000005",
                "label": "示例诉求：路灯不亮",
                "class": "GRID",
                "card": "示例诉求",
            }
        ],
    ),
    "classes.csv": (
        ("name", "label"),
        [{"name": "PRIVATE", "label": "示例一类"}, {"name": "GRID", "label": "示例二类"}],
    ),
    "details.csv": (
        ("name", "label", "kind", "area"),
        [
            {"name": each.name, "label": each.label, "kind": each.kind, "area": each.area}
            for each in catalogue.details()
        ],
    ),
}


def sample(reading: Reading, name: str) -> bytes | None:
    """A list by its file name with the columns of the true one: invented rows, of a county's own list none.

    None for a file that is no list.
    """
    if name in _ROWS:
        return _text(*_ROWS[name])
    own = entity_lists.named(reading, [name]).get(name)
    return None if own is None else _text(("name", "label", "__version", *own.properties), ())


def _text(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
