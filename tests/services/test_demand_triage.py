"""登记、研判、分单 as services: what is refused changes nothing, and nobody's report is lost."""

from __future__ import annotations

import threading
import uuid

import pytest

from server.domain.problems import Conflict, Forbidden, Invalid, NotFound, Problem
from server.services.demands import attention, closing, dispatch, triage
from server.services.demands.words import MOST
from server.storage import demands as storage
from tests.offices import Office, reporter_of


def unchanged(office: Office, key: uuid.UUID) -> tuple[object, ...]:
    """Everything that must be as it was after a refusal."""
    demand = office.demand(key)
    with office.reading() as reading:
        notes = len(storage.notes(reading.session, key))
    return demand.state, demand.version, notes, len(office.events(key))


def test_a_stale_page_changes_nothing(office: Office) -> None:
    key = office.take_in()
    seen = office.demand(key).version
    with office.as_("cadre") as work:
        triage.register(work, key, seen=seen)
    before = unchanged(office, key)
    with pytest.raises(Conflict, match=r"demand\.changed_meanwhile"), office.as_("cadre") as work:
        triage.classify(work, key, "COMMUNITY", seen=seen)
    assert unchanged(office, key) == before


def test_a_double_click_is_done_once(office: Office) -> None:
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
    before = unchanged(office, key)
    with pytest.raises(Conflict, match=r"demand\.step_not_allowed"), office.as_("cadre") as work:
        triage.register(work, key)
    assert unchanged(office, key) == before


def test_an_act_that_leaves_the_state_is_done_once_by_a_double_click_too(office: Office) -> None:
    key = office.take_in()
    seen = office.demand(key).version
    with office.as_("official") as work:
        attention.urge(work, key, words="请抓紧", seen=seen)
    with pytest.raises(Conflict, match=r"demand\.changed_meanwhile"), office.as_("official") as work:
        attention.urge(work, key, words="请抓紧", seen=seen)
    assert office.demand(key).urged == 1


def test_two_clicks_at_the_same_moment_are_one_act(office: Office) -> None:
    key = office.take_in()
    together, outcomes = threading.Barrier(2), []

    def click() -> None:
        together.wait()
        try:
            with office.as_("cadre") as work:
                triage.register(work, key)
            outcomes.append("done")
        except Conflict as refusal:
            outcomes.append(refusal.code)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(outcomes) == ["demand.step_not_allowed", "done"]
    assert office.demand(key).version == 2


def test_a_hundred_thousand_characters_are_refused_and_change_nothing(office: Office) -> None:
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
    before = unchanged(office, key)
    for words in ("长" * 100_000, "长" * (MOST + 1)):
        with pytest.raises(Invalid, match=r"demand\.words_too_long"), office.as_("cadre") as work:
            triage.ask_info(work, key, words=words)
    assert unchanged(office, key) == before


def test_words_are_kept_as_written_whatever_they_look_like(office: Office) -> None:
    key = office.take_in()
    said = "<script>alert(1)</script>\n{{7*7}} \x00'; DROP TABLE demands"
    with office.as_("cadre") as work:
        triage.register(work, key)
        triage.ask_info(work, key, words=said)
    with office.reading() as reading:
        (note,) = storage.notes(reading.session, key)
    assert note.words == said.replace("\x00", "")


@pytest.mark.parametrize("reason", ["because", ""])
def test_a_refusal_needs_one_of_the_countys_reasons(office: Office, reason: str) -> None:
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
    with pytest.raises(Invalid), office.as_("cadre") as work:
        triage.reject(work, key, reason=reason, words="不行")
    assert office.demand(key).key == "registered"


def test_an_appeal_is_decided_above_and_not_by_whoever_refused(office: Office) -> None:
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
        triage.reject(work, key, reason="unreasonable", words="不合情理")
        closing.feed_back(work, key, words="不予受理，因为不合情理")
    with office.as_(reporter_of(office.demand(key))) as work:
        closing.appeal(work, key, words="这盏灯归村里管")
    with pytest.raises(Forbidden), office.as_("cadre") as work:
        closing.decide_appeal(work, key, upheld=False, words="维持")
    with office.as_("official") as work:
        closing.decide_appeal(work, key, upheld=True, words="该受理")
    assert office.demand(key).key == "registered"


def test_an_unknown_way_of_sorting_is_refused(office: Office) -> None:
    office.follow("longli")
    key = office.take_in()
    with office.as_("cadre") as work:
        triage.register(work, key)
    with pytest.raises(Invalid, match=r"demand\.dimension_unknown"), office.as_("cadre") as work:
        triage.classify(work, key, "COMMUNITY", dimensions={"colour": "red"})
    assert office.demand(key).dimensions == {}


def test_merged_reports_follow_their_master_and_keep_their_reporters(office: Office) -> None:
    first, second, third = (office.take_in() for _ in range(3))
    with office.as_("cadre") as work:
        triage.merge(work, third, master_id=second)
        triage.merge(work, second, master_id=first)
    assert {office.demand(key).merged_into_id for key in (second, third)} == {first}
    assert {office.demand(key).key for key in (second, third)} == {"merged"}
    assert office.demand(third).reporter_name == "张三"


def test_a_split_one_is_a_matter_of_its_own_again(office: Office) -> None:
    first, second = office.take_in(), office.take_in()
    with office.as_("cadre") as work:
        triage.merge(work, second, master_id=first)
        triage.split(work, second)
    demand = office.demand(second)
    assert (demand.key, demand.merged_into_id) == ("registered", None)


def test_what_cannot_lead_is_refused_as_a_master(office: Office) -> None:
    key, told, other = office.take_in(), office.told(), office.take_in()
    with office.as_("cadre") as work:
        triage.merge(work, other, master_id=key)
    for master in (other, told):
        with pytest.raises(Problem), office.as_("cadre") as work:
            triage.merge(work, key, master_id=master)
    with pytest.raises(Invalid), office.as_("cadre") as work:
        triage.merge(work, key, master_id=key)
    with pytest.raises(NotFound), office.as_("cadre") as work:
        triage.merge(work, key, master_id=uuid.uuid4())
    assert office.demand(key).key == "submitted"


def test_a_matter_others_reported_too_is_not_withdrawn_by_one(office: Office) -> None:
    first, second = office.take_in(), office.take_in()
    with office.as_("cadre") as work:
        triage.merge(work, second, master_id=first)
    with (
        pytest.raises(Conflict, match=r"demand\.others_reported_it"),
        office.as_(reporter_of(office.demand(first))) as work,
    ):
        closing.withdraw(work, first, words="不用了")
    assert office.demand(first).key == "submitted"


def test_staff_withdraw_the_same_day_and_never_what_they_took_in(office: Office) -> None:
    key = office.take_in(by="worker")
    own = office.take_in(by="cadre")
    with pytest.raises(Forbidden), office.as_("cadre") as work:
        closing.withdraw(work, own, words="登错了")
    with office.as_("cadre") as work:
        closing.withdraw(work, key, words="登错了")
    assert office.demand(key).closed_by == "withdrawn"
    late = office.take_in(by="worker")
    office.pass_days(1)
    with pytest.raises(Conflict), office.as_("cadre") as work:
        closing.withdraw(work, late, words="登错了")


def test_a_demand_elsewhere_is_as_if_there_were_none(office: Office) -> None:
    key = office.take_in()
    for act in (triage.register, triage.list_, triage.split, dispatch.claim):
        with pytest.raises(NotFound), office.as_("other_cadre") as work:
            act(work, key)
