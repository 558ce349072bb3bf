"""The list of townships and villages a new county is set up with: a CSV of code, name and, if wanted, area."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from server.cli.opening import Refused
from server.domain.jurisdiction import Level, level_of, parent_of, validate
from server.domain.problems import Invalid
from server.services.counties import Division

_AREAS = {
    "": "rural",
    "rural": "rural",
    "农村": "rural",
    "乡村": "rural",
    "urban": "urban",
    "城镇": "urban",
    "城市": "urban",
}
_LEVELS = (Level.TOWNSHIP, Level.VILLAGE)
_Row = tuple[int, list[str]]


def read(file: Path, *, county: str) -> list[Division]:
    """The divisions in the file's order. Raises Refused with every line that is wrong."""
    rows = _rows(_text(file))
    codes = [cells[0] for _, cells in rows]
    problems = [
        (str(line), cells[0], problem) for line, cells in rows for problem in _problems(cells, codes, county)
    ]
    if problems:
        raise Refused(
            f"区划表有 {len(problems)} 处错误，什么都没有改。", heads=("行", "编码", "问题"), rows=problems
        )
    return [Division(code, name, _AREAS[area]) for _, (code, name, area) in rows]


def _text(file: Path) -> str:
    """UTF-8, or what Excel writes in China."""
    packed = file.read_bytes()
    try:
        return packed.decode("utf-8-sig")
    except UnicodeDecodeError:
        return packed.decode("gb18030", errors="replace")


def _rows(text: str) -> list[_Row]:
    """Line number and three cells of every line that says something; a head line is left out."""
    lines = enumerate(csv.reader(text.splitlines()), start=1)
    rows = [(number, [*(cell.strip() for cell in cells), "", "", ""][:3]) for number, cells in lines]
    return [
        (number, cells)
        for number, cells in rows
        if any(cells) and not (number == 1 and not cells[0].isdigit())
    ]


def _problems(cells: Sequence[str], codes: Sequence[str], county: str) -> Iterator[str]:
    code, name, area = cells
    if not name:
        yield "没有名称"
    if area not in _AREAS:
        yield f"“{area}”不是 urban（城镇）或 rural（农村）"
    try:
        level = level_of(validate(code))
    except Invalid:
        yield "编码不合规范"
        return
    if level not in _LEVELS:
        yield "应是 9 位（乡镇、街道）或 12 位（村、社区）"
    elif not code.startswith(county):
        yield f"不在本县（{county}）"
    elif level is Level.VILLAGE and parent_of(code) not in codes:
        yield "它的乡镇（街道）不在表里"
    if codes.count(code) > 1:
        yield "编码重复"
