"""查一查 of records: positions, tracks, words and photos that repeat or cannot be (METRICS Q2 to Q4)."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely

from gis import oddities
from server.domain.obligation import Window
from server.domain.question import ALIKE_RECORDS, Kind, Question
from server.domain.scope import Scope
from server.storage import questions as storage
from server.work import Reading

_LEAST_WORDS = 4
"""「修好了」 is said often and means nothing."""


def of_records(reading: Reading, month: Window, *, scope: Scope) -> Iterator[Question]:
    """Return what the records of a month give occasion to ask, each question about one person's records in one place."""
    session, days = reading.session, {"first": month.first, "last": month.last}
    located = _by_account(storage.located_records(session, scope=scope, **days))
    for rows in located:
        yield from _about_positions(rows, month)
    for rows in _by_account(storage.placed_visits(session, scope=scope, **days)):
        yield from _about_spots(rows, month)
    yield from _about_tracks(storage.tracks(session, scope=scope, **days), month)
    yield from _about_words(storage.said(session, scope=scope, **days), month)
    photos = [(row, row.sha256) for row in storage.photos(session, scope=scope, **days)]
    yield from _alike(photos, Kind.SAME_PHOTO, month, "{count} 份记录里有同一张照片。")


def _by_account(rows: Iterable[Any]) -> list[list[Any]]:
    found: dict[Hashable, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(row)
    return list(found.values())


def _about_positions(rows: Sequence[Any], month: Window) -> Iterator[Question]:
    """Q3 of one person's records, in the order of the clock."""
    zero = [row for row in rows if row.accuracy == 0]
    if zero:
        words = f"这个月有 {len(zero)} 份记录的定位没有误差（精度为 0）。"
        yield _asked(Kind.ACCURACY_ZERO, zero, month, words)
    degrees = shapely.get_coordinates([row.point for row in rows])
    for group in oddities.without_jitter(degrees, fewest=ALIKE_RECORDS):
        same = [rows[each] for each in group]
        words = f"{len(same)} 份记录的位置一位小数都不差。"
        yield _asked(Kind.NO_JITTER, same, month, words, mark=_digest(same[0].point.wkb))
    seconds = np.array([row.device_start.timestamp() for row in rows])
    for before, after in oddities.teleports(degrees, seconds):
        pair = [rows[before], rows[after]]
        minutes = max(1, round(float(seconds[after] - seconds[before]) / 60))
        words = f"两份记录相隔约 {minutes} 分钟，位置却隔得坐车也赶不到。"
        yield _asked(Kind.TELEPORT, pair, month, words, mark=str(pair[1].id))


def _about_spots(rows: Sequence[Any], month: Window) -> Iterator[Question]:
    """Q2 of one person's visits."""
    names = {key: number for number, key in enumerate(dict.fromkeys(row.household_id for row in rows))}
    groups = oddities.spots_far_from_homes(
        shapely.get_coordinates([row.point for row in rows]),
        shapely.get_coordinates([row.home for row in rows]),
        households=np.array([names[row.household_id] for row in rows]),
        fewest=ALIKE_RECORDS,
    )
    for group in groups:
        there = [rows[each] for each in group]
        homes = len({row.household_id for row in there})
        words = f"{homes} 户的走访记在 30 米以内的同一处，离这几户都超过 150 米。"
        yield Question(
            kind=Kind.ONE_SPOT,
            jurisdiction=there[0].grid_then,
            month=month.first,
            seen=words,
            mark=str(there[0].submission_id),
            account_id=there[0].account_id,
            submissions=tuple(row.submission_id for row in there),
        )


def _about_tracks(rows: Iterable[Any], month: Window) -> Iterator[Question]:
    """Q3: the same way to the last digit on two patrols, whoever walked them."""
    whole: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        whole[row.submission_id].append(row)
    alike: dict[str, list[Any]] = defaultdict(list)
    for parts in whole.values():
        alike[_digest(*(part.shape.wkb for part in parts))].append(parts[0])
    for digest, patrols in alike.items():
        for later in patrols[1:]:
            yield Question(
                kind=Kind.SAME_TRACK,
                jurisdiction=later.grid_then,
                month=month.first,
                seen="这次巡查的轨迹和另一次的每一个点都一样。",
                mark=f"{digest} {later.submission_id}",
                account_id=later.account_id,
                submissions=(patrols[0].submission_id, later.submission_id),
            )


def _about_words(rows: Iterable[Any], month: Window) -> Iterator[Question]:
    """Q4: never quoted here, as they may speak of a private matter; the records themselves open to who may read them."""
    said = [
        (row, _digest(row.words.strip().encode())) for row in rows if len(row.words.strip()) >= _LEAST_WORDS
    ]
    yield from _alike(said, Kind.SAME_WORDS, month, "{count} 份记录写的话一模一样。")


def _alike(rows: Iterable[tuple[Any, str]], kind: Kind, month: Window, words: str) -> Iterator[Question]:
    """What one person sent in five records or more."""
    alike: dict[tuple[Any, str], dict[int, Any]] = defaultdict(dict)
    for row, digest in rows:
        number = row.submission_id if kind is Kind.SAME_WORDS else row.id
        alike[(row.account_id, digest)][number] = row
    for (_, digest), found in alike.items():
        if len(found) >= ALIKE_RECORDS:
            yield Question(
                kind=kind,
                jurisdiction=_usual_place(found.values()),
                month=month.first,
                seen=words.format(count=len(found)),
                mark=digest,
                account_id=next(iter(found.values())).account_id,
                submissions=tuple(sorted(found)),
            )


def _asked(kind: Kind, rows: Sequence[Any], month: Window, words: str, *, mark: str = "") -> Question:
    return Question(
        kind=kind,
        jurisdiction=_usual_place(rows),
        month=month.first,
        seen=words,
        mark=mark,
        account_id=rows[0].account_id,
        submissions=tuple(row.id for row in rows),
    )


def _usual_place(rows: Iterable[Any]) -> str:
    """The village of most records, so that a further record in another grid does not make it another question."""
    places: Counter[str] = Counter(row.jurisdiction[:12] for row in rows)
    return min(places, key=lambda place: (-places[place], place))


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:16]
