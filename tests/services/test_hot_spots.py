"""Hot spots from night to night: their numbers, their weeks, their fading, and one matter made of many."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from server.database import Database
from server.domain.problems import Conflict
from server.figures import hot_places, hot_spots, increases
from server.figures.concentrations import concentrations, rows
from server.jobs.watching import watch
from server.services import hot_spots as services
from server.storage.demands import Demand
from server.storage.hot_spots import HotSpot, HotSpotDay, HotSpotNight
from tests.factories import VILLAGE
from tests.hot_spots import EAST, WEST, Ground, code_at, widen
from tests.offices import Office


@pytest.fixture
def ground(office: Office) -> Ground:
    widen(office)
    ground = Ground(office)
    ground.scatter(EAST, 14)
    return ground


def night(office: Office, days: float = 1) -> None:
    """Some days go by, and the county is looked over."""
    office.pass_days(days)
    watch(office.database)


def listed(office: Office, who: str = "assessor") -> list[tuple[int | None, str]]:
    with office.reading(who) as reading:
        return [(line.number, line.state) for line in hot_spots.hot_spots(reading).now]


def test_a_hot_spot_is_new_for_a_week_and_then_counts_its_weeks(office: Office, ground: Ground) -> None:
    ground.raise_in(WEST, 5, 5, 9)
    assert listed(office) == [(None, "新出现")]
    night(office)
    assert listed(office) == [(1, "新出现")]
    night(office, 6)
    assert listed(office) == [(1, "新出现")]
    night(office)
    assert listed(office) == [(1, "持续 1 周")]
    night(office, 14)
    assert listed(office) == [(1, "持续 3 周")]


def test_it_keeps_its_number_while_half_of_its_cases_are_those_of_the_day_before(
    office: Office, ground: Ground
) -> None:
    first = ground.raise_in(WEST, 5, 5, 10)
    night(office)
    ground.settle(*first[:5])
    ground.raise_in(WEST, 5, 5, 4)
    night(office)
    assert [number for number, _ in listed(office)] == [1]
    ground.settle(*first)
    ground.raise_in(WEST, 5, 5, 6)
    night(office)
    assert [number for number, _ in listed(office)] == [2]


def test_a_hot_spot_that_is_none_any_more_is_told_as_faded_for_four_weeks(
    office: Office, ground: Ground
) -> None:
    cases = ground.raise_in(WEST, 5, 5, 9)
    night(office)
    ground.settle(*cases)
    night(office)

    def faded() -> list[int | None]:
        with office.reading("assessor") as reading:
            return [line.number for _, line in hot_spots.hot_spots(reading).faded]

    assert 1 not in [number for number, _ in listed(office)]
    assert faded() == [1]
    night(office, 26)
    assert 1 in faded()
    night(office, 2)
    assert 1 not in faded()


def test_two_at_once_have_a_number_each(office: Office, ground: Ground) -> None:
    ground.raise_around(WEST, 2, 2, 2)
    ground.raise_around(WEST, 7, 7, 2)
    night(office)
    assert sorted(number or 0 for number, _ in listed(office)) == [1, 2]


def test_a_night_is_kept_once_however_often_it_is_run(
    office: Office, ground: Ground, database: Database
) -> None:
    ground.raise_in(WEST, 5, 5, 9)
    assert [watch(database), watch(database)] == [1, 0]
    ground.raise_in(EAST, 5, 5, 9)
    assert watch(database) == 0
    with office.reading() as reading:
        counted = [len(reading.session.query(each).all()) for each in (HotSpotNight, HotSpot, HotSpotDay)]
    assert counted == [1, 1, 1]


def test_two_workers_keep_a_night_once(office: Office, ground: Ground) -> None:
    ground.raise_in(WEST, 5, 5, 9)
    with office.reading() as reading:
        found = services.look(reading, "509901")
    assert found is not None
    kept = []
    for _ in range(2):
        with office.as_("admin") as work:
            kept.append(services.keep(work, found))
    assert kept == [True, False]


def test_the_list_of_four_weeks_ago_is_what_that_night_kept(office: Office, ground: Ground) -> None:
    cases = ground.raise_in(WEST, 5, 5, 9)
    night(office)
    then = office.clock.now.date()
    ground.settle(*cases)
    night(office, 28)
    with office.reading("assessor") as reading:
        kept = hot_spots.earlier(reading, None, on=then)
        before = hot_spots.earlier(reading, None, on=then - dt.timedelta(days=1))
        layer = {row["code"]: row["level"] for row in rows(reading, on=then)}
    assert kept is not None
    assert kept[0] == then
    (line,) = kept[1]
    assert (line.number, line.observed, line.oldest_days, line.reporters) == (1, 9, 6, 9)
    assert line.words == f"应有 {line.amount} 件，实有 9 件，{line.times}；最久 6 天；9 人反映；还没有分派"
    assert before is None
    assert {layer[code_at(WEST, 5, 5)], layer[code_at(EAST, 0, 0)]} == {"hot_new", "cool"}


@pytest.fixture
def told(ground: Ground) -> list[uuid.UUID]:
    """Three people tell of one lamp within some metres, on three days."""
    return [ground.raise_in(WEST, 1, 1, within=(0.5 + n / 50, 0.5), days=9 - n)[0] for n in range(3)]


def state_of(office: Office, key: uuid.UUID) -> tuple[str, uuid.UUID | None]:
    with office.reading() as reading:
        row = reading.session.get_one(Demand, key)
        return row.key, row.merged_into_id


def test_one_click_makes_one_matter_of_a_place_and_keeps_every_reporter(
    office: Office, told: list[uuid.UUID]
) -> None:
    with office.as_("official") as work:
        joined = services.make_one(work, told)
    assert (joined.master.id, [each.id for each in joined.followers]) == (told[0], told[1:])
    assert [state_of(office, key) for key in told] == [("submitted", None), *[("merged", told[0])] * 2]
    with office.reading("official") as reading:
        (place,) = hot_places.hot_places(reading)
        assert (len(place.demands), place.people, place.unresolved) == (3, 3, 1)
        assert hot_places.joining(reading, place) is None


def test_what_somebody_has_in_hand_leads(office: Office, told: list[uuid.UUID]) -> None:
    with office.as_("official") as work:
        work.session.get_one(Demand, told[1]).key = "in_progress"
    with office.as_("official") as work:
        joined = services.make_one(work, told)
    assert joined.master.id == told[1]
    assert {state_of(office, key)[1] for key in (told[0], told[2])} == {told[1]}


def test_what_is_settled_stays_a_matter_of_its_own(
    office: Office, ground: Ground, told: list[uuid.UUID]
) -> None:
    ground.settle(told[0])
    with office.as_("official") as work:
        joined = services.make_one(work, told)
    assert (joined.master.id, [each.id for each in joined.followers]) == (told[1], [told[2]])
    assert state_of(office, told[0]) == ("done", None)


def test_a_place_that_has_changed_meanwhile_is_not_joined(
    office: Office, ground: Ground, told: list[uuid.UUID]
) -> None:
    ground.raise_in(WEST, 1, 1, within=(0.5, 0.5))
    with office.as_("official") as work, pytest.raises(Conflict, match=r"hot_place\.changed"):
        services.make_one(work, told)


def test_whoever_may_not_merge_joins_nothing(office: Office, told: list[uuid.UUID]) -> None:
    with office.as_("assessor") as work, pytest.raises(Conflict, match=r"hot_place\.nothing_to_join"):
        services.make_one(work, told)


def test_a_joined_place_counts_once_among_what_is_not_settled(office: Office, told: list[uuid.UUID]) -> None:
    with office.as_("official") as work:
        services.make_one(work, told)
    with office.reading() as reading:
        total = concentrations(reading).total
    assert total == 15


def test_merged_reporters_are_counted_among_those_who_told(office: Office, ground: Ground) -> None:
    cases = ground.raise_in(WEST, 5, 5, 9)
    same = [ground.raise_in(WEST, 5, 5, within=(0.5, 0.5), days=n)[0] for n in (9, 8, 7)]
    with office.as_("official") as work:
        services.make_one(work, same)
    with office.reading("assessor") as reading:
        (line,) = hot_spots.hot_spots(reading).now
    assert (line.observed, line.reporters) == (len(cases) + 1, len(cases) + 3)


def test_what_has_come_in_lately_more_than_usual_is_told_the_morning_after(
    office: Office, ground: Ground
) -> None:
    with office.as_(ground.desk) as work:
        for days in range(30, 110):
            ground.raise_at(work, EAST, days % 10, days // 10 % 10, days=days)
    ground.raise_in(WEST, 3, 3, 9, days=2)
    ground.raise_in(WEST, 4, 3, 3, days=1, kind="road", detail="surface")
    assert watch(office.database) == 1
    with office.reading("official") as reading:
        (line,) = increases.lines(reading)
        assert increases.lines(reading, VILLAGE) == []
    assert (line.where, line.reaches) == ("西坪村第34网格", "")
    assert line.words.startswith("近 3 天反映 12 次，往常大约 ")
    assert line.words.endswith("次；其中公共设施 9 次")


def test_an_increase_centred_in_another_township_says_where_it_reaches_this_one(
    office: Office, ground: Ground
) -> None:
    with office.as_(ground.desk) as work:
        for days in range(30, 110):
            ground.raise_at(work, EAST, days % 10, days // 10 % 10, days=days)
    ground.raise_in(EAST, 3, 0, 9, days=2)
    ground.raise_in(WEST, 3, 9, 3, days=1)
    watch(office.database)
    with office.reading("official") as reading:
        (line,) = increases.lines(reading)
    assert (line.where, line.reaches) == ("东溪镇东坪村第31网格", "西坪村第28网格等 9 格")
    with office.reading("assessor") as reading:
        (line,) = increases.lines(reading)
    assert (line.where, line.reaches) == ("东坪村第31网格", "")
