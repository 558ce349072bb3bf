"""What a map is told, read back as rows: the same arithmetic as static/js/map/territory.js."""

from __future__ import annotations

from typing import Any

VACANT, THICK = 1, 2


def grid_rows(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The grids that have a value, by code: {code, n, d, text, level, vacant, thick, name}."""
    codes = [f"{village}{number:03}" for village, _, numbers in values["villages"] for number in numbers]
    return [
        {
            "code": code,
            "n": values["n"][at],
            "d": values["d"][at],
            "text": values["texts"].get(str(at), f"{values['n'][at]}/{values['d'][at]}"),
            "level": values["levels"][values["level"][at]],
            "vacant": bool(values["marks"][at] & VACANT),
            "thick": bool(values["marks"][at] & THICK),
            "name": (values["names"] or {}).get(str(at)),
        }
        for at, code in enumerate(codes)
        if values["level"][at] >= 0
    ]
