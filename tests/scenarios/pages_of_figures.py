"""The figures as the pages show them: shares of a month, cards, the list's file and the ledger's workbook."""

from __future__ import annotations

import csv
import io
from urllib.parse import parse_qs, urlsplit

import openpyxl

from tests.pages import words
from tests.scenarios.people import Person
from tests.scenarios.recount import Share


def shares(reader: Person, month: str) -> dict[str, Share]:
    """The shares of a month by figure; what has nothing to count is not there."""
    return {key: (parts["n"], parts["d"]) for key, parts in _numbers(reader, month).items() if "d" in parts}


def apart(reader: Person, month: str) -> dict[str, int]:
    """The numbers that stand beside the shares, by figure; none is not there."""
    return {key: parts["n"] for key, parts in _numbers(reader, month).items() if "d" not in parts}


def _numbers(reader: Person, month: str) -> dict[str, dict[str, int]]:
    links = reader.opens(f"/cases/figures?month={month}").xpath("//a[contains(@href, 'figure=')]")
    found: dict[str, dict[str, int]] = {}
    for link in links:
        asked = parse_qs(urlsplit(link.get("href")).query)
        (key,), (part,) = asked["figure"], asked["part"]
        if part in ("n", "d") and words(link).isdecimal():
            found.setdefault(key, {})[part] = int(words(link))
    return found


def cards(reader: Person) -> dict[str, int]:
    """The cards over the map of cases."""
    found = reader.opens("/cases").xpath("//*[contains(@class, 'leader-card')]")
    return {
        words(card.find(".//*[@class='card-words']")): int(
            words(card.find(".//*[@class='card-number']/strong"))
        )
        for card in found
    }


def cases_file(reader: Person, group: str, **narrowed: str) -> dict[str, dict[str, str]]:
    """The rows of the list's file by number; `narrowed` are the list's other filters."""
    reader.opens("/inbox")
    answer = reader.browser.client.get("/cases.csv", query_string={"group": group} | narrowed)
    return {row["编号"]: row for row in csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))}


def ledger_file(reader: Person) -> dict[str, dict[str, object]]:
    """The rows of the ledger's workbook by number."""
    reader.opens("/ledger")
    answer = reader.browser.client.get("/ledger.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(number for number, row in enumerate(rows) if "编号" in row)
    names = [str(each) for each in rows[head]]
    found = [dict(zip(names, row, strict=True)) for row in rows[head + 1 :] if row[names.index("编号")]]
    return {str(row["编号"]): row for row in found}
