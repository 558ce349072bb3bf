import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.obligation import Duty, DutyGrid, Exemption, Patrol, Window, patrol_days
from server.domain.work_calendar import SHANGHAI

WORKER = frozenset({"grid_worker"})
CADRE = frozenset({"village_cadre"})
TOWNSHIP = frozenset({"township_official"})
OCTOBER = Window("month", dt.date(2026, 10, 1), dt.date(2026, 10, 31))
LONG_AGO = dt.date(2026, 1, 1)


class Weekdays:
    def is_working(self, day: dt.date) -> bool:
        return day.weekday() < 5


def duty(patrol_days: str = "calendar") -> Duty:
    return Duty(
        id="patrol", label="巡查", what="patrol", window="day", by=WORKER, also=CADRE, patrol_days=patrol_days
    )


def grid(**changes) -> DutyGrid:
    return DutyGrid(**({"id": "G", "first_day": LONG_AGO, "start_date": LONG_AGO} | changes))


def october(day: int) -> dt.date:
    return dt.date(2026, 10, day)


def at(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, tzinfo=SHANGHAI)


def patrol(
    day: int, *, roles: frozenset[str] = WORKER, received: dt.datetime | None = None, **more
) -> Patrol:
    return Patrol(
        id=f"{day} {received} {more}",
        grid="G",
        day=october(day),
        received_at=received or at(day, 17),
        roles=roles,
        **more,
    )


def exempt(day: int, declared: dt.datetime) -> Exemption:
    return Exemption(grid="G", day=october(day), reason="red_warning", declared_at=declared)


def count(patrols=(), *, as_of=None, exemptions=(), of=None, to=None):
    found = patrol_days(
        of or duty(),
        OCTOBER,
        [to or grid()],
        patrols=patrols,
        exemptions=exemptions,
        calendar=Weekdays(),
        as_of=as_of or at(6),
    )
    return found["G"]


def numbers(result) -> tuple[int, int]:
    return result.reached.n, result.reached.d


def test_several_patrols_on_one_day_are_one():
    result = count([patrol(2), patrol(2, located=True), patrol(2, roles=CADRE)])
    assert numbers(result) == (1, 5)
    assert len(result.patrols[october(2)]) == 3
    assert (result.located.n, result.located.d) == (1, 1)


def test_the_present_day_counts_once_it_is_done():
    assert numbers(count()) == (0, 5)
    done = count([patrol(6, received=at(6, 8))])
    assert numbers(done) == (1, 6)
    assert done.today == "today_done"


def test_a_day_not_patrolled_by_six_in_the_evening_is_marked():
    assert count(as_of=at(6, 17)).today == "today_waiting"
    assert count(as_of=at(6, 18)).today == "today_evening"


def test_a_patrol_counts_for_its_day_whenever_it_arrives_but_not_before():
    late = patrol(2, received=at(5))
    assert numbers(count([late], as_of=at(4))) == (0, 3)
    assert numbers(count([late], as_of=at(6))) == (1, 5)


def test_a_rejected_patrol_counts_until_it_was_rejected():
    rejected = patrol(2, removed_at=at(5))
    assert numbers(count([rejected], as_of=at(4))) == (1, 3)
    assert numbers(count([rejected], as_of=at(6))) == (0, 5)


def test_only_roles_of_the_rule_satisfy_it_and_the_named_role_is_shown_apart():
    result = count([patrol(1, roles=CADRE), patrol(2, roles=TOWNSHIP), patrol(3, roles=CADRE | WORKER)])
    assert numbers(result) == (2, 5)
    assert [*result.by_own_role.rows_n] == [october(3)]


def test_working_days_only_where_the_profile_says_so():
    assert numbers(count(of=duty("workday"))) == (0, 3)
    assert count(of=duty("workday"), as_of=at(3)).today == "today_none"


def test_missed_days_in_a_row_skip_exempt_days_and_days_off():
    assert count([patrol(1)], as_of=at(6)).missed_in_a_row == 4
    assert count([patrol(1)], as_of=at(6), exemptions=[exempt(3, at(2))]).missed_in_a_row == 3
    assert count([patrol(1)], as_of=at(6), of=duty("workday")).missed_in_a_row == 2


def test_missed_days_reach_back_before_the_period_to_the_villages_start():
    began = grid(start_date=dt.date(2026, 9, 21))
    assert count(as_of=at(2), to=began).missed_in_a_row == 11


def test_an_exemption_must_be_declared_before_its_day_is_over():
    assert numbers(count(exemptions=[exempt(2, at(2, 23))])) == (0, 4)
    assert numbers(count(exemptions=[exempt(2, at(3, 0))])) == (0, 5)


def test_work_on_an_exempt_day_is_shown_and_in_neither_n_nor_d():
    result = count([patrol(2)], exemptions=[exempt(2, at(1))])
    assert numbers(result) == (0, 4)
    assert result.exempt == result.exempt_worked == (october(2),)
    assert count(exemptions=[exempt(6, at(5))]).today == "today_exempt"


def test_a_redrawn_grid_owes_only_the_days_it_was_in_force():
    assert numbers(count(to=grid(last_day=october(2)))) == (0, 2)
    assert numbers(count(to=grid(first_day=october(3)))) == (0, 3)


def test_a_village_owes_nothing_before_its_start_and_is_on_trial_then():
    result = count(to=grid(start_date=october(4)))
    assert numbers(result) == (0, 2)
    assert result.trial
    assert result.level == "at_50"


def test_a_vacant_grid_owes_everything_and_says_so():
    result = count(to=grid(vacant=True))
    assert (result.reached.d, result.reached.vacant) == (5, 1)


DAYS_OF_OCTOBER = st.integers(1, 31)
RECORDS = st.lists(
    st.tuples(DAYS_OF_OCTOBER, st.integers(0, 4), st.sampled_from([WORKER, CADRE, TOWNSHIP])), max_size=40
)


@settings(max_examples=150, deadline=None)
@given(
    RECORDS, st.sets(DAYS_OF_OCTOBER, max_size=5), DAYS_OF_OCTOBER, st.sampled_from(["calendar", "workday"])
)
def test_counting_day_by_day_gives_the_same(records, exempted, today, rule):
    as_of = at(today, 12)
    patrols = [
        patrol(day, roles=roles, received=at(day, 10) + dt.timedelta(days=delay))
        for day, delay, roles in records
    ]
    result = count(
        patrols, as_of=as_of, exemptions=[exempt(day, at(day, 0)) for day in exempted], of=duty(rule)
    )
    n = d = 0
    for day in range(1, today + 1):
        is_duty = rule == "calendar" or dt.date(2026, 10, day).weekday() in range(5)
        if not is_duty or day in exempted:
            continue
        arrived = [
            roles
            for on, delay, roles in records
            if on == day and at(on, 10) + dt.timedelta(days=delay) <= as_of
        ]
        done = any(roles in (WORKER, CADRE) for roles in arrived)
        if day == today and not done:
            continue
        d += 1
        n += done
    assert numbers(result) == (n, d)
    assert len(result.reached.rows_left) == d - n
