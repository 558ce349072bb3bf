import datetime as dt

import pytest

from server.domain.obligation import (
    Away,
    freeze_instant,
    window_of,
)
from tests.unit.domain.obligation.factories import (
    CADRE,
    HALF_YEAR,
    HOUSEHOLDS,
    OCTOBER,
    TOWNSHIP,
    WORKER,
    at,
    duty,
    household,
    on,
    only,
    person,
    stand,
    tagged,
    visit,
)


def test_a_person_is_done_only_if_seen_and_the_household_by_any_adult():
    family = visit(at(10, 8), seen=())
    result = stand([person()], [family])
    assert (result.reached.n, result.family_only) == (0, ("王",))
    assert stand([household()], [family], of=duty(HOUSEHOLDS), window=HALF_YEAR).reached.n == 1


def test_the_last_visit_missed_a_person_whom_it_did_not_reach_though_it_met_the_family():
    def missed(*visits, unit=None, **rule):
        [standing] = stand([unit or person()], visits, **rule).standings
        return standing.last_missed

    assert missed(visit(at(10, 8), seen=()))
    assert not missed(visit(at(10, 8), seen=["王"]))
    assert not missed(visit(at(10, 8), seen=(), outcome="not_home"))
    assert not missed(visit(at(10, 8), seen=(), imported=True))
    assert not missed(visit(at(10, 8), seen=()), unit=household(), of=duty(HOUSEHOLDS), window=HALF_YEAR)


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


def test_an_imported_visit_that_names_nobody_speaks_of_the_whole_household():
    of_the_list = visit(at(10, 8), imported=True, seen=())
    assert stand([person()], [of_the_list]).never.n == 0
    assert stand([person(tags=(tagged(begun=on(10, 15)),))], [of_the_list]).never.n == 1
    assert stand([person()], [visit(at(10, 8), seen=())]).never.n == 1


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


def test_what_comes_after_the_freezing_changes_only_later_figures():
    late = visit(at(10, 30), received_at=at(11, 8))
    frozen_at = freeze_instant(OCTOBER, freeze_day=5)
    assert stand([person()], [late], as_of=frozen_at).reached.n == 0
    assert stand([person()], [late], as_of=at(11, 9)).reached.n == 1


def test_the_rolling_view_looks_back_183_days():
    rolling = window_of("rolling", on(10, 20))
    of = duty(HOUSEHOLDS)
    assert stand([household()], [visit(at(4, 21))], of=of, window=rolling).reached.n == 1
    assert stand([household()], [visit(at(4, 20))], of=of, window=rolling).reached.n == 0
