from server.domain.obligation import (
    Stay,
    Unit,
    window_of,
)
from tests.unit.domain.obligation.factories import (
    HALF_YEAR,
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
