import datetime as dt
from collections.abc import Iterable

import pytest

from server.domain.obligation import (
    Away,
    CareTag,
    Duty,
    DutyGrid,
    Exit,
    GridVisits,
    Stay,
    Unit,
    Visit,
    VisitIndex,
    compliance,
    due_state,
    freeze_instant,
    in_visiting_order,
    late_additions,
    most_urgent,
    next_due,
    window_of,
)
from server.domain.work_calendar import SHANGHAI

WORKER = frozenset({"grid_worker"})
CADRE = frozenset({"village_cadre"})
TOWNSHIP = frozenset({"township_official"})
LONG_AGO = dt.date(2026, 1, 1)
OCTOBER = window_of("month", dt.date(2026, 10, 1))
HALF_YEAR = window_of("half_year", dt.date(2026, 10, 1))

PERSONS = {
    "id": "special",
    "label": "特殊群体月访",
    "what": "visit_person",
    "window": "month",
    "by": CADRE,
    "also": WORKER,
    "tags": {"alone_elder": "monthly", "frail_elder": "weekly", "veteran": "quarterly"},
    "tiers": {"monthly": None, "weekly": 7, "quarterly": 92},
}
HOUSEHOLDS = {
    "id": "residents",
    "label": "居民半年走访",
    "what": "visit_household",
    "window": "half_year",
    "by": CADRE,
    "also": WORKER,
}


class Weekdays:
    def is_working(self, day: dt.date) -> bool:
        return day.weekday() < 5


def duty(of: dict[str, object] = PERSONS, **changes: object) -> Duty:
    return Duty(**(of | changes))


def at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


def left(month: int, day: int, reason: str = "death") -> Exit:
    return Exit(reason, at(month, day))


def tagged(code: str = "alone_elder", begun: dt.date = LONG_AGO, exit_: Exit | None = None) -> CareTag:
    return CareTag(code, begun, exit_)


def person(name: str = "王", *, tags: tuple[CareTag, ...] = (tagged(),), **more: object) -> Unit:
    return Unit(
        **(
            {"id": name, "household": f"{name}家", "grid": "G", "stays": (Stay(LONG_AGO),), "tags": tags}
            | more
        )
    )


def household(name: str = "王家", *stays: Stay, **more: object) -> Unit:
    return Unit(**({"id": name, "household": name, "grid": "G", "stays": stays or (Stay(LONG_AGO),)} | more))


def visit(
    when: dt.datetime,
    outcome: str = "met",
    *,
    to: str = "王家",
    seen: Iterable[str] = ("王",),
    roles: frozenset[str] = WORKER,
    **more: object,
) -> Visit:
    facts = {"received_at": when, "grid": "G", "day": when.date()} | more
    return Visit(
        id=f"{to} {when} {outcome}",
        household=to,
        at=when,
        outcome=outcome,
        seen=frozenset(seen),
        roles=roles,
        **facts,
    )


def stand(
    units: Iterable[Unit],
    visits: Iterable[Visit] = (),
    *,
    of: Duty | None = None,
    window=OCTOBER,
    as_of: dt.datetime | None = None,
    start: dt.date = LONG_AGO,
    vacant: bool = False,
) -> GridVisits:
    index = VisitIndex(visits, as_of=as_of or at(10, 20))
    grid = DutyGrid(id="G", first_day=LONG_AGO, start_date=start, vacant=vacant)
    return compliance(of or duty(), window, units, index, grids=[grid], calendar=Weekdays())["G"]


def only(result: GridVisits):
    (standing,) = result.standings
    return standing


# Who is owed


def test_a_person_with_three_tags_is_one():
    three = person(tags=(tagged(), tagged("frail_elder"), tagged("veteran")))
    assert stand([three]).reached.rows_d == ("王",)


def test_a_person_without_a_counting_tag_is_not_owed_the_monthly_visit():
    assert stand([person(tags=(tagged("illness"),))]).reached.d == 0


def test_who_enters_on_the_22nd_is_owed_in_october_and_on_the_23rd_from_november():
    entering = [person(str(day), tags=(tagged(begun=on(10, day)),)) for day in (22, 23)]
    result = stand(entering, as_of=at(10, 25))
    assert result.reached.rows_d == ("22",)
    assert [unit.id for unit in result.next_window] == ["23"]


def test_an_entry_still_to_come_or_not_yet_known_is_in_no_list():
    coming = person(tags=(tagged(begun=on(10, 15)),))
    unknown = person(stays=(Stay(LONG_AGO, known_at=at(10, 14)),))
    for unit in (coming, unknown):
        result = stand([unit], as_of=at(10, 12))
        assert (result.reached.d, result.next_window) == (0, ())


def test_in_a_week_only_who_entered_before_its_monday_is_owed():
    weekly = duty(window="week")
    week = window_of("week", on(10, 19))
    units = [person(str(day), tags=(tagged(begun=on(10, day)),)) for day in (18, 19)]
    assert stand(units, of=weekly, window=week).reached.rows_d == ("18",)


def test_who_left_unvisited_leaves_the_denominator_with_the_reason():
    result = stand([person(stays=(Stay(LONG_AGO, left(10, 16)),))])
    assert result.reached.d == 0
    assert [(row.unit.id, row.exit.reason) for row in result.moved_out] == [("王", "death")]


def test_who_was_done_before_leaving_stays_in_n_and_d():
    gone = person(stays=(Stay(LONG_AGO, left(10, 16)),))
    result = stand([gone], [visit(at(10, 8))])
    assert (result.reached.n, result.reached.d, result.moved_out, result.exits) == (1, 1, (), 1)
    assert only(result).due_on is None


def test_a_visit_recorded_for_a_day_after_leaving_does_not_bring_anybody_back():
    gone = person(stays=(Stay(LONG_AGO, left(10, 16)),))
    assert stand([gone], [visit(at(10, 17))]).reached.d == 0


def test_an_exit_is_none_until_it_is_confirmed():
    gone = person(stays=(Stay(LONG_AGO, left(10, 16)),))
    assert stand([gone], as_of=at(10, 16, 8)).reached.d == 1


def test_an_exit_after_the_window_changes_nothing_in_it():
    gone = person(stays=(Stay(LONG_AGO, left(11, 2)),))
    result = stand([gone], as_of=at(11, 10))
    assert (result.reached.d, result.moved_out) == (1, ())


def test_somebody_who_left_before_the_window_is_not_in_it():
    assert stand([person(stays=(Stay(LONG_AGO, left(9, 30)),))]).reached.d == 0


def test_one_tag_ending_while_another_lasts_is_no_exit():
    result = stand([person(tags=(tagged(exit_=left(10, 5, "tag_ended")), tagged("veteran")))])
    assert (result.reached.d, result.exits) == (1, 0)


def test_somebody_who_left_and_came_back_late_is_moved_out_and_new():
    back = person(tags=(tagged(exit_=left(10, 5, "tag_ended")), tagged(begun=on(10, 25))))
    result = stand([back], as_of=at(10, 28))
    assert [row.unit.id for row in result.moved_out] == ["王"]
    assert [unit.id for unit in result.next_window] == ["王"]


def test_somebody_who_came_and_left_between_was_never_owed():
    passing = person(tags=(tagged(begun=on(10, 24), exit_=left(10, 26, "wrong_record")),))
    result = stand([passing], as_of=at(10, 28))
    assert (result.reached.d, result.moved_out, result.next_window) == (0, (), ())


def test_many_exits_of_a_grid_are_for_the_township_to_confirm():
    staying = [person(str(number)) for number in range(90)]

    def leaving(count: int) -> list[Unit]:
        return [person(f"gone {number}", stays=(Stay(LONG_AGO, left(10, 5)),)) for number in range(count)]

    assert not stand(staying[:10] + leaving(2)).exits_need_township
    assert stand(staying + leaving(3)).exits_need_township
    assert not stand(staying + [person(f"and {n}") for n in range(10)] + leaving(3)).exits_need_township


def test_a_vacant_dwelling_is_outside_but_listed_and_looked_at():
    empty = household("空家", Stay(LONG_AGO, left(8, 3, "vacant")))
    moved = household("搬家", Stay(LONG_AGO, left(8, 3, "moved_out")))
    relet = household("租家", Stay(LONG_AGO, left(8, 3, "vacant")), Stay(on(9, 1)))
    looked = visit(at(9, 9), "vacant", to="空家", seen=())
    result = stand([empty, moved, relet], [looked], of=duty(HOUSEHOLDS), window=HALF_YEAR)
    assert (result.unoccupied.rows_n, result.unoccupied.rows_d) == (("空家",), ("空家",))
    assert result.reached.rows_d == ("租家",)
    assert [row.unit.id for row in result.moved_out] == ["空家", "搬家"]


# What does the duty


def test_a_person_is_done_only_if_seen_and_the_household_by_any_adult():
    family = visit(at(10, 8), seen=())
    result = stand([person()], [family])
    assert (result.reached.n, result.family_only) == (0, ("王",))
    assert stand([household()], [family], of=duty(HOUSEHOLDS), window=HALF_YEAR).reached.n == 1


def test_the_monthly_visit_counts_for_the_half_year_too():
    special = visit(at(10, 8), roles=CADRE)
    assert stand([household()], [special], of=duty(HOUSEHOLDS), window=HALF_YEAR).reached.n == 1


def test_only_roles_of_the_rule_count_and_the_named_role_is_shown_apart():
    visits = [
        visit(at(10, 8), to="一家", seen=["一"], roles=CADRE),
        visit(at(10, 8), to="二家", seen=["二"], roles=WORKER),
        visit(at(10, 8), to="三家", seen=["三"], roles=TOWNSHIP),
    ]
    result = stand([person("一"), person("二"), person("三")], visits)
    assert result.reached.rows_n == ("一", "二")
    assert result.by_own_role.rows_n == ("一",)


@pytest.mark.parametrize(
    ("rule", "more", "done"),
    [
        ("never", {"in_hospital": True}, False),
        ("always", {}, True),
        ("away", {}, False),
        ("away", {"in_hospital": True}, True),
        ("away", {"aways": (Away(on(10, 9)),)}, True),
        ("away", {"aways": (Away(on(10, 10)),)}, False),
        ("away", {"aways": (Away(on(8, 1), on(10, 8)),)}, False),
        ("away", {"aways": (Away(on(8, 1), known_at=at(10, 21)),)}, False),
    ],
)
def test_a_call_counts_by_the_countys_rule(rule, more, done):
    result = stand([person(**more)], [visit(at(10, 9), "phone")], of=duty(phone=rule))
    assert bool(result.reached.n) is done
    assert bool(only(result).calls) is not done
    assert result.by_phone.n == result.reached.n


def test_who_was_also_met_is_not_reached_by_telephone_only():
    result = stand([person()], [visit(at(10, 8), "phone"), visit(at(10, 9))], of=duty(phone="always"))
    assert (result.reached.n, result.by_phone.n) == (1, 0)


def test_a_tag_gained_after_a_visit_in_the_window_is_done_already():
    result = stand([person(tags=(tagged(begun=on(10, 15)),))], [visit(at(10, 8))])
    assert (result.reached.n, result.reached.d, result.never.n) == (1, 1, 0)


def test_who_moved_inside_the_county_keeps_the_visits_and_is_owed_where_he_lives():
    at_the_old_home = visit(at(10, 8), to="旧家", grid="elsewhere")
    assert stand([person(household="新家")], [at_the_old_home]).reached.n == 1


def test_not_home_declined_and_statements_about_the_register_do_nothing():
    for outcome in ("not_home", "refused", "away", "moved", "vacant"):
        assert stand([person()], [visit(at(10, 8), outcome, seen=())]).reached.n == 0


def test_an_imported_visit_says_when_somebody_was_last_seen_and_nothing_else():
    imported = visit(at(10, 8), imported=True)
    result = stand([person()], [imported])
    assert (result.reached.n, result.never.n) == (0, 0)
    assert only(result).last_visit == imported
    assert only(result).due_on == on(1, 31)


# Not met, never, long unseen


@pytest.mark.parametrize(
    ("attempts", "in_vain"),
    [
        ([at(10, 9, 10), at(10, 17, 10)], True),
        ([at(10, 9, 10), at(10, 14, 18)], True),
        ([at(10, 9, 10), at(10, 14, 17)], False),
        ([at(10, 17, 10), at(10, 17, 19)], False),
        ([at(9, 26, 10), at(10, 9, 19)], False),
    ],
)
def test_two_attempts_on_different_days_one_out_of_hours_are_not_met(attempts, in_vain):
    result = stand([person()], [visit(when, "not_home", seen=()) for when in attempts])
    assert bool(result.not_met.n) is in_vain


def test_who_was_met_in_the_end_is_not_among_the_not_met():
    visits = [
        visit(at(10, 9, 19), "refused", seen=()),
        visit(at(10, 10, 10), "not_home", seen=()),
        visit(at(10, 12)),
    ]
    result = stand([person()], visits)
    assert (result.not_met.n, len(only(result).attempts)) == (0, 2)


def test_the_never_visited_come_strictest_and_longest_waiting_first():
    units = [
        person("月", tags=(tagged(begun=on(3, 1)),)),
        person("季", tags=(tagged("veteran"),)),
        person("周", tags=(tagged("frail_elder", begun=on(9, 1)),)),
        person("久", tags=(tagged(begun=on(2, 1)),)),
        person("见", tags=(tagged(),)),
    ]
    result = stand(units, [visit(at(3, 3), to="见家", seen=["见"])])
    assert result.never.rows_n == ("周", "久", "月", "季")
    assert result.never.d == 5


def test_a_visit_before_entry_does_not_hide_somebody_never_visited():
    assert stand([person(tags=(tagged(begun=on(9, 1)),))], [visit(at(8, 1))]).never.n == 1


@pytest.mark.parametrize(
    ("code", "days", "unseen"),
    [
        ("alone_elder", 62, False),
        ("alone_elder", 63, True),
        ("frail_elder", 21, False),
        ("frail_elder", 22, True),
        ("veteran", 184, False),
        ("veteran", 185, True),
    ],
)
def test_long_unseen_depends_on_the_tier(code, days, unseen):
    met = visit(at(10, 20) - dt.timedelta(days=days))
    assert bool(stand([person(tags=(tagged(code),))], [met]).long_unseen.n) is unseen


def test_a_call_is_no_face_to_face():
    visits = [visit(at(7, 1)), visit(at(10, 9), "phone")]
    result = stand([person()], visits, of=duty(phone="always"))
    assert (result.reached.n, result.long_unseen.n) == (1, 1)
    assert only(result).last_face_to_face == on(7, 1)


def test_who_was_only_ever_telephoned_is_unseen_since_entry_and_who_was_never_visited_is_not_listed_twice():
    phoned = stand([person()], [visit(at(10, 9), "phone")], of=duty(phone="always"))
    assert (phoned.long_unseen.n, phoned.never.n) == (1, 0)
    never = stand([person()])
    assert (never.long_unseen.n, never.never.n) == (0, 1)


def test_households_have_no_long_unseen():
    assert stand([household()], [visit(at(1, 5))], of=duty(HOUSEHOLDS), window=HALF_YEAR).long_unseen.n == 0


# When


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


# Windows, freezing, trial, vacancy


def test_a_grid_without_anybody_owed_has_no_duty():
    result = stand([])
    assert (result.reached.d, result.pace) == (0, "none")


def test_a_trial_window_is_never_worse_than_slow():
    result = stand([person()], start=on(10, 2), as_of=at(11, 3))
    assert (result.trial, result.pace) == (True, "slow")
    assert stand([person()], as_of=at(11, 3)).pace == "missed"


def test_a_window_before_the_village_began_owes_nothing():
    assert stand([person()], start=on(11, 1), as_of=at(11, 3)).reached.d == 0


def test_a_vacant_grid_owes_everything_and_says_so():
    assert (stand([person()], vacant=True).reached.d, stand([person()], vacant=True).reached.vacant) == (1, 1)


def test_a_frozen_month_keeps_its_rows_and_lists_what_came_later():
    late = visit(at(10, 30), received_at=at(11, 8))
    frozen_at = freeze_instant(OCTOBER, freeze_day=5)
    assert stand([person()], [late], as_of=frozen_at).reached.n == 0
    assert stand([person()], [late], as_of=at(11, 9)).reached.n == 1
    assert late_additions([late], OCTOBER, frozen_at=frozen_at, as_of=at(11, 9)) == [late]
    assert late_additions([late], OCTOBER, frozen_at=frozen_at, as_of=at(11, 7)) == []


def test_the_rolling_view_looks_back_183_days():
    rolling = window_of("rolling", on(10, 20))
    of = duty(HOUSEHOLDS)
    assert stand([household()], [visit(at(4, 21))], of=of, window=rolling).reached.n == 1
    assert stand([household()], [visit(at(4, 20))], of=of, window=rolling).reached.n == 0
