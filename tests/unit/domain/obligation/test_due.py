import datetime as dt

from server.domain.obligation import (
    Duty,
    Stay,
    Unit,
    Visit,
    VisitIndex,
    due_state,
    in_visiting_order,
    most_urgent,
    next_due,
)
from tests.unit.domain.obligation.factories import (
    HOUSEHOLDS,
    LONG_AGO,
    at,
    duty,
    household,
    left,
    on,
    only,
    person,
    stand,
    tagged,
    visit,
)


def due(
    unit: Unit, *visits: Visit, of: Duty | None = None, start: dt.date = LONG_AGO, as_of=None
) -> dt.date | None:
    return next_due(of or duty(), unit, VisitIndex(visits, as_of=as_of or at(10, 20)), start_date=start)


def test_due_is_the_end_of_the_first_window_after_the_last_counted_visit():
    assert due(person(), visit(at(10, 8))) == on(11, 30)
    assert due(person(), visit(at(8, 8))) == on(9, 30)
    assert due(household(), visit(at(3, 8)), of=duty(HOUSEHOLDS)) == on(12, 31)


def test_an_attempt_does_not_move_what_is_due():
    assert due(person(), visit(at(8, 8)), visit(at(10, 8), "not_home", seen=())) == on(9, 30)


def test_a_missed_window_is_made_good_for_by_the_next_visit():
    assert due(person(), visit(at(6, 8)), visit(at(10, 8))) == on(11, 30)


def test_somebody_new_is_due_at_the_end_of_the_first_window_he_is_owed_in():
    assert due(person(tags=(tagged(begun=on(10, 15)),))) == on(10, 31)
    assert due(person(tags=(tagged(begun=on(10, 23)),)), as_of=at(10, 25)) == on(11, 30)
    assert due(person(), start=on(10, 5)) == on(10, 31)


def test_a_tier_with_an_interval_is_due_that_many_days_after_the_last_counted_visit():
    weekly = person(tags=(tagged("frail_elder"), tagged()))
    assert due(weekly, visit(at(10, 8))) == on(10, 15)
    assert due(weekly, start=on(10, 5)) == on(10, 12)
    assert due(person(tier="weekly"), visit(at(10, 8))) == on(10, 15)


def test_nothing_is_due_from_somebody_not_or_no_longer_owed():
    assert due(person(tags=())) is None
    assert due(person(stays=(Stay(LONG_AGO, left(10, 16)),))) is None


def test_overdue_counts_the_days_since():
    assert only(stand([person()], [visit(at(8, 8))])).overdue_days == 20
    assert only(stand([person()], [visit(at(9, 8))])).overdue_days == 0


def states(*visits: Visit, of: Unit, as_of: dt.datetime | None = None) -> str:
    as_of = as_of or at(10, 20)
    return due_state(duty(), only(stand([of], visits, as_of=as_of)), today=as_of.date())


def test_the_phone_says_overdue_due_or_done():
    assert states(visit(at(8, 8)), of=person()) == "overdue"
    assert states(visit(at(9, 8)), of=person()) == "due"
    assert states(visit(at(10, 8)), of=person()) == "done"


def test_a_weekly_person_is_due_again_in_the_week_the_interval_ends():
    weekly = person(tags=(tagged("frail_elder"),))
    assert states(visit(at(10, 14)), of=weekly, as_of=at(10, 18)) == "done"
    assert states(visit(at(10, 14)), of=weekly, as_of=at(10, 19)) == "due"
    assert states(visit(at(10, 14)), of=weekly, as_of=at(10, 22)) == "overdue"


def test_a_quarterly_person_is_due_again_in_the_month_the_interval_ends():
    quarterly = person(tags=(tagged("veteran"),))
    assert states(visit(at(9, 1)), of=quarterly) == "done"
    assert states(visit(at(7, 27)), of=quarterly) == "due"
    assert states(visit(at(7, 1)), of=quarterly) == "overdue"


def test_somebody_who_left_after_being_visited_stays_done():
    assert states(visit(at(10, 8)), of=person(stays=(Stay(LONG_AGO, left(10, 16)),))) == "done"


def test_a_household_shows_the_most_urgent_of_its_duties():
    assert most_urgent(["done", "overdue", "due"]) == "overdue"
    assert most_urgent(["done"]) == "done"
    assert most_urgent([]) == "none"


def test_the_list_is_sorted_by_tier_then_overdue_days_then_walking_order():
    units = [
        person("远"),
        person("近"),
        person("无"),
        person("逾"),
        person("周", tags=(tagged("frail_elder"),)),
    ]
    september = [visit(at(9, 8), to=f"{name}家", seen=[name]) for name in ("远", "近", "无", "周")]
    result = stand(units, [*september, visit(at(8, 8), to="逾家", seen=["逾"])])
    ordered = in_visiting_order(result.standings, walking_order={"近家": 0, "远家": 1, "逾家": 2})
    assert [standing.unit.id for standing in ordered] == ["周", "逾", "近", "远", "无"]
