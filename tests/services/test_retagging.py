"""重新定格: a redraw leaves every record its grid; a wrong import is put right by whoever says so, and only where it was wrong."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from shapely import Point, box

from server.cli import main
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.retagging import batches, by_way
from server.services import actors, boundaries, rehousing, retagging
from server.services.boundaries import Feature
from server.services.demands.intake import Place, Raised, raise_demand
from server.services.retagging import Correction
from server.settings import Settings
from server.storage.demands import Demand
from server.storage.events import EventRow
from server.storage.households import Household, grid_on
from server.storage.patrols import Patrol
from server.storage.posts import Account
from server.storage.retaggings import Retagging
from server.storage.visits import Visit
from tests.conftest import Clock
from tests.factories import (
    COUNTY,
    GRID,
    NOW,
    OTHER_GRID,
    OUTLINES,
    START,
    VACANT_GRID,
    VILLAGE,
    County,
    household,
)
from tests.pages import sign_in
from tests.phones import rows

SINCE = dt.date(2026, 10, 1)
TODAY = dt.date(2026, 10, 20)


def publish(database: Database, shapes: dict[str, object], *, on: dt.date) -> None:
    with database.transaction(SYSTEM) as work:
        features = [Feature(code, f"第{int(code[-3:])}网格", shape) for code, shape in shapes.items()]  # type: ignore[arg-type]
        version = boundaries.publish(work, features, effective_on=on, source="图", datum="wgs84")
        rehousing.follow(work, version, villages={code[:12] for code in shapes})


def raised(database: Database, county: County, lon: float) -> uuid.UUID:
    with database.read(SYSTEM) as reading:
        account = reading.session.get_one(Account, county.accounts["official"])
        official = actors.of_account(reading.session, account, now=reading.now)
    with database.transaction(official) as work:
        demand = raise_demand(
            work,
            Raised(
                raised_on=TODAY,
                received_at=NOW,
                channel="walkin",
                kind="facility",
                words="路灯不亮",
                division=VILLAGE,
                place=Place(lon=lon, lat=30.005, source="map"),
            ),
        )
        return demand.id


def borne(database: Database) -> dict[uuid.UUID, tuple[str | None, str]]:
    return {row.id: (row.grid_then, row.jurisdiction) for row in rows(database, Demand)}


SHIFTED = {
    code: box(*(edge + (0.005 if place in (0, 2) else 0) for place, edge in enumerate(shape.bounds)))
    for code, shape in OUTLINES.items()
}
"""The county's grids as a wrong map has them: half a grid too far east."""


@pytest.fixture
def muddled(database: Database, county: County, clock: Clock) -> dict[str, uuid.UUID]:
    """Records taken in under a wrong map, which has been put right since."""
    with database.transaction(SYSTEM) as work:
        home = household(work, grid=VACANT_GRID, point=Point(108.012, 30.005)).id
    publish(database, SHIFTED, on=SINCE)
    found = {
        "wrong": raised(database, county, 108.012),
        "right": raised(database, county, 108.017),
        "outside": raised(database, county, 108.002),
        "home": home,
    }
    with database.transaction(SYSTEM) as work:
        here = work.session.get_one(Household, home).grid_code
        assert here == GRID, "the wrong map moved it"
        work.session.add(
            Visit(
                household_id=home,
                grid_then=here,
                day=TODAY,
                started_at=NOW,
                received_at=NOW,
                outcome="met",
            )
        )
    publish(database, dict(OUTLINES), on=SINCE)
    return found


def order(reason: str = "坐标系选错了", **more: object) -> Correction:
    wanted = {"jurisdiction": COUNTY, "since": SINCE, "until": TODAY, "reason": reason} | more
    return Correction(**wanted)  # type: ignore[arg-type]


def test_a_redraw_leaves_every_record_the_grid_it_had(database: Database, county: County) -> None:
    demand = raised(database, county, 108.012)
    before = borne(database)
    publish(
        database,
        {GRID: box(108.00, 30.00, 108.015, 30.01), VACANT_GRID: box(108.015, 30.00, 108.02, 30.01)},
        on=TODAY,
    )
    assert borne(database)[demand][0] == before[demand][0] == VACANT_GRID


def test_a_wrong_import_is_put_right_where_it_was_wrong(
    database: Database, county: County, muddled: dict[str, uuid.UUID]
) -> None:
    assert borne(database)[muddled["wrong"]] == (GRID, GRID)
    with database.read(SYSTEM) as reading:
        moves = retagging.look(reading, order())
        assert by_way(moves) == {
            ("demand", GRID, VACANT_GRID): 1,
            ("demand", "", GRID): 1,
            ("household", GRID, VACANT_GRID): 1,
            ("visit", GRID, VACANT_GRID): 1,
        }
    with database.transaction(SYSTEM) as work:
        begun = retagging.begin(work, order(), planned=len(moves))
    written = 0
    for batch in batches(moves, at_most=2):
        with database.transaction(SYSTEM) as work:
            written += retagging.write(work, begun, batch)
    assert written == 4
    assert borne(database) == {
        muddled["wrong"]: (VACANT_GRID, VACANT_GRID),
        muddled["right"]: (VACANT_GRID, VACANT_GRID),
        muddled["outside"]: (GRID, GRID),
    }
    assert [row.grid_then for row in rows(database, Visit)] == [VACANT_GRID]
    assert [row.grid_code for row in rows(database, Household)] == [VACANT_GRID]
    with database.read(SYSTEM) as reading:
        home = reading.session.get_one(Household, muddled["home"])
        for day in (SINCE - dt.timedelta(days=1), SINCE, TODAY):
            assert grid_on(reading.session, home, day=day) == VACANT_GRID
    (kept,) = rows(database, Retagging)
    assert (kept.planned, kept.written, kept.reason) == (4, 4, "坐标系选错了")
    told = [row for row in rows(database, EventRow) if row.kind.startswith("retagging.")]
    assert [row.kind for row in told] == ["retagging.begun", "retagging.rows", "retagging.rows"]
    with database.read(SYSTEM) as reading:
        assert retagging.look(reading, order()) == []


def test_only_changed_rows_are_written_and_none_that_was_changed_meanwhile(
    database: Database, county: County, muddled: dict[str, uuid.UUID]
) -> None:
    versions = {row.id: row.version for row in rows(database, Demand)}
    with database.read(SYSTEM) as reading:
        moves = [move for move in retagging.look(reading, order()) if move.kind == "demand"]
    with database.transaction(SYSTEM) as work:
        work.session.get_one(Demand, muddled["wrong"]).grid_then = OTHER_GRID
        begun = retagging.begin(work, order(), planned=len(moves))
    with database.transaction(SYSTEM) as work:
        (batch,) = batches(moves, at_most=100)
        assert retagging.write(work, begun, batch) == 1
    assert borne(database)[muddled["wrong"]] == (OTHER_GRID, GRID)
    after = {row.id: row.version for row in rows(database, Demand)}
    assert [key for key in versions if after[key] != versions[key]] == [muddled["outside"]]


def test_patrols_keep_the_grid_their_worker_chose(
    database: Database, county: County, muddled: dict[str, uuid.UUID]
) -> None:
    with database.read(SYSTEM) as reading:
        assert {move.kind for move in retagging.look(reading, order())} == {"demand", "household", "visit"}
    assert rows(database, Patrol) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"since": TODAY, "until": SINCE}, "wrong_days"),
        ({"until": TODAY + dt.timedelta(days=1)}, "wrong_days"),
        ({"since": START, "until": TODAY}, "boundaries_changed"),
        ({"since": START - dt.timedelta(days=9), "until": START - dt.timedelta(days=1)}, "no_boundaries"),
    ],
)
def test_days_that_cannot_be_told_under_one_map_are_refused(
    database: Database, muddled: dict[str, uuid.UUID], more: dict[str, dt.date], code: str
) -> None:
    with pytest.raises(Exception, match=code), database.read(SYSTEM) as reading:
        retagging.look(reading, order(**more))


def test_the_office_looks_first_says_why_and_finds_it_on_record(
    client: FlaskClient, database: Database, county: County, muddled: dict[str, uuid.UUID]
) -> None:
    sign_in(client, "admin")
    assert '<option value="509901">青岚县</option>' in client.get("/boundaries/retagging").text
    asked = {"division": "509901101", "since": str(SINCE), "until": str(TODAY)}
    shown = client.get("/boundaries/retagging", query_string=asked)
    assert "有 4 条记录要改" in shown.text
    refused = client.post("/boundaries/retagging", data=asked | {"reason": "错"})
    assert refused.status_code == 400
    assert "至少 5 个字" in refused.text
    assert borne(database)[muddled["wrong"]] == (GRID, GRID)
    done = client.post(
        "/boundaries/retagging", data=asked | {"reason": "坐标系选错了"}, follow_redirects=True
    )
    assert "已改正 4 条记录的网格" in done.text
    assert "坐标系选错了" in done.text
    assert "没有要改的" in client.get("/boundaries/retagging", query_string=asked).text
    sign_in(client, "official")
    assert client.get("/boundaries/retagging").status_code == 403


def test_the_command_only_looks_until_it_is_told_why(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, database: Database, muddled: dict[str, uuid.UUID]
) -> None:
    monkeypatch.setenv("WANGGE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("WANGGE_DATABASE_URL", settings.url)
    words = ["grid", "retag", COUNTY, "--since", str(SINCE), "--until", str(TODAY)]
    looked = CliRunner().invoke(main, words)
    assert "有 4 条记录的网格与边界不一致，什么都没有改" in looked.output
    done = CliRunner().invoke(main, [*words, "--reason", "坐标系选错了"])
    assert "已改正 4 条记录的网格" in done.output
