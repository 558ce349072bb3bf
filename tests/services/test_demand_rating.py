"""评单 as services: once, changeable in the window, unseen by whoever is judged, and a low one starts the loop."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from server.domain.events.demands import TaskGiven
from server.domain.people import Actor
from server.domain.problems import Conflict, Forbidden, Invalid, NotFound
from server.figures import case_ratings
from server.services import links, ratings
from server.services import units as unit_services
from server.services.demands import closing, rating, triage
from server.services.demands.acts import profile_of
from server.storage import ratings as storage
from server.storage.demands import Demand
from server.storage.links import Link
from server.storage.ratings import Rating
from tests.offices import Office, reporter_of


def rate(
    office: Office, key: uuid.UUID, stars: int, *, by: Actor | str | None = None, **said: object
) -> None:
    with office.as_(by or reporter_of(office.demand(key))) as work:
        rating.rate(work, key, stars=stars, **said)  # type: ignore[arg-type]


def given(office: Office, key: uuid.UUID) -> list[Rating]:
    with office.reading() as reading:
        return list(storage.of_demand(reading.session, key))


def test_a_low_rating_reopens_the_demand_and_somebody_above_calls_back(office: Office) -> None:
    key = office.told()
    rate(office, key, 2, words="又灭了")
    demand = office.demand(key)
    assert demand.key == "rework"
    assert demand.caller_id == office.county.accounts["official"]
    (task,) = office.events_of(key, TaskGiven)
    assert task.details["task"] == "call_back"
    with pytest.raises(Forbidden), office.as_("worker") as work:
        closing.call_back(work, key, words="我自己问过了")
    with office.as_("official") as work:
        closing.call_back(work, key, words="他说灯座也要换")
    assert office.demand(key).caller_id is None


def test_a_good_rating_may_become_a_low_one_within_the_window(office: Office) -> None:
    key = office.told()
    rate(office, key, 5)
    assert office.demand(key).key == "rated"
    office.pass_days(3)
    rate(office, key, 1, words="今晚又灭了")
    (row,) = given(office, key)
    assert (row.stars, row.round, row.changed_at is not None) == (1, 1, True)
    assert office.demand(key).key == "rework"


def test_more_stars_afterwards_correct_the_rating_and_stop_nothing(office: Office) -> None:
    key = office.told()
    rate(office, key, 1)
    rate(office, key, 4, words="师傅已经来过了")
    (row,) = given(office, key)
    assert row.stars == 4
    assert office.demand(key).key == "rework"
    with pytest.raises(Invalid, match=r"demand\.stars_out_of_range"):
        rate(office, key, 6)


def test_after_the_window_nothing_is_rated_or_changed(office: Office) -> None:
    rated, unrated = office.told(), office.told()
    rate(office, rated, 5)
    office.pass_days(9)
    for key in (rated, unrated):
        with pytest.raises(Conflict, match=r"demand\.rating_window_over"):
            rate(office, key, 1)
    assert given(office, unrated) == []


def test_the_handler_sees_a_rating_only_when_it_can_be_changed_no_more(office: Office) -> None:
    key = office.told()
    rate(office, key, 5)
    (row,) = given(office, key)
    now, after = office.clock.now, row.window_until
    worker, cadre = office.actor("worker"), office.actor("cadre")
    assert not ratings.visible_to(worker, row, now)
    assert ratings.visible_to(cadre, row, now)
    assert ratings.visible_to(worker, row, after)
    unit = office.unit()
    row.unit_id = unit.id
    assert not ratings.visible_to(unit_services.actor_of(unit), row, now)


def test_what_staff_enter_is_marked_and_never_written_over_the_reporters_own(office: Office) -> None:
    key = office.told()
    rate(office, key, 4, by="cadre", by_proxy=True, words="电话里说的")
    (row,) = given(office, key)
    assert (row.by_proxy, row.proxy_id) == (True, office.county.accounts["cadre"])
    rate(office, key, 5)
    (row,) = given(office, key)
    assert (row.stars, row.by_proxy) == (5, False)
    with pytest.raises(Conflict, match=r"demand\.rated_by_reporter"):
        rate(office, key, 3, by="cadre", by_proxy=True)


def test_only_hashes_of_links_are_kept_and_a_new_one_ends_the_one_before(office: Office) -> None:
    unit = office.unit()
    with office.as_("admin") as work:
        first = unit_services.give_link(work, unit.id)
        second = unit_services.give_link(work, unit.id, valid=dt.timedelta(days=30))
    with office.reading() as reading:
        assert links.opened(reading, second, "unit").unit_id == unit.id
        with pytest.raises(Conflict, match=r"link\.revoked"):
            links.opened(reading, first, "unit")
        for wrong in ("", "nothing", second + "x"):
            with pytest.raises(NotFound, match=r"link\.unknown"):
                links.opened(reading, wrong, "unit")
        with pytest.raises(NotFound):
            links.opened(reading, second, "evaluate")
        kept = str([vars(row) for row in reading.session.query(Link)])
        assert first not in kept
        assert second not in kept
    office.pass_days(31)
    with office.reading() as reading, pytest.raises(Conflict, match=r"link\.expired"):
        links.opened(reading, second, "unit")


def test_evaluators_judge_by_their_own_links_as_the_class_asks(office: Office) -> None:
    office.follow("jiangjin")
    key = office.told_after_meeting()
    with office.as_("cadre") as work:
        for stranger in ("reporter", "street_congress", "nobody"):
            with pytest.raises(Invalid, match=r"link\.evaluator_unknown"):
                links.give_to_evaluator(work, key, evaluator=stranger)
        token = links.give_to_evaluator(work, key, evaluator="residents_committee")
    with office.reading() as reading:
        link = links.opened(reading, token, "evaluate")
        evaluator = links.evaluator_of(reading, link)
    rate(office, key, 4, by=evaluator)
    with office.as_(evaluator) as work:
        links.mark_used(work, link)
    (row,) = given(office, key)
    assert (row.who, row.stars) == ("residents_committee", 4)
    with pytest.raises(NotFound), office.as_(evaluator) as work:
        rating.rate(work, office.take_in(), stars=5)
    office.pass_days(30)
    with office.reading() as reading, pytest.raises(Conflict, match=r"link\.used"):
        links.opened(reading, token, "evaluate")


def test_before_the_matter_is_answered_whose_report_was_merged_has_nothing_to_rate(office: Office) -> None:
    leading, following = office.assigned(), office.take_in(words="路灯还是不亮")
    with office.as_("cadre") as work:
        triage.merge(work, following, master_id=leading)
    with pytest.raises(Conflict, match="step_not_allowed"):
        rate(office, following, 5)


def test_whose_report_was_merged_rates_the_answer_for_himself_and_moves_nothing(office: Office) -> None:
    leading, following = office.told_together()
    rate(office, following, 5, words="亮了")
    assert office.demand(leading).key == "fed_back"
    assert given(office, leading) == []
    (row,) = given(office, following)
    assert (row.stars, row.round, row.handler_id) == (5, 1, office.county.accounts["worker"])
    rate(office, leading, 4)
    assert office.demand(leading).key == "rated"
    with pytest.raises(Invalid, match="stars_out_of_range"):
        rate(office, following, 9)


def test_his_low_rating_reopens_the_matter_both_follow(office: Office) -> None:
    leading, following = office.told_together()
    rate(office, leading, 5)
    rate(office, following, 1, words="我家门口的没修")
    demand = office.demand(leading)
    assert (demand.key, demand.caller_id) == ("rework", office.county.accounts["official"])
    assert office.demand(following).key == "merged"
    rate(office, following, 4, words="已经联系我了")
    (row,) = given(office, following)
    assert (row.stars, row.changed_at is not None) == (4, True)
    assert office.demand(leading).key == "rework"


def test_of_reports_told_together_each_is_asked_and_counted(office: Office) -> None:
    leading, following = office.told_together()
    rate(office, following, 4)
    with office.reading() as reading:
        row = reading.session.get_one(Demand, leading)
        found = case_ratings.rated(reading, [row], profile_of(reading, row))
    asked = {each.id for each in found["C9"].rows_d}
    assert asked == {leading, following}
    assert {each.id for each in found["C9-satisfied"].rows_n} == {following}
