"""The story of the invented county: every day the same whenever asked, and the faults that the maps must reveal."""

import datetime as dt
from collections import Counter

import pytest
import shapely

from gis.measure import LocalPlane
from server import profiles
from server.demo.acts import SHANGHAI, FollowUpAct, IntakeAct, PatrolAct, Record, VisitAct
from server.demo.case_acts import CaseAct, JudgedAct, MeetingAct, OfficeAct, ResidentAct, UnitAct
from server.demo.county import County, invent_county
from server.demo.faults import FAULTS, NEGLECTED_DAYS, planted
from server.demo.raising import raised_on
from server.demo.story import day_story, story_until

SEEDED_ON = dt.date(2026, 11, 21)

FINDING_KINDS = {"sanitation", "facility", "road", "fire", "hazard", "order", "dispute", "other"}
DEMAND_KINDS = FINDING_KINDS | {"utility", "property", "welfare", "school_job", "farming", "errand"}
DETAILS = {
    "sanitation": {"litter", "sewage", "straw", "toilet", "stairs_clutter"},
    "facility": {"lamp", "manhole", "fitness", "lift", "broadcast"},
    "road": {"surface", "village_road", "parking", "guardrail"},
    "fire": {"ebike", "blocked_exit", "wiring", "wildfire", "gas"},
    "hazard": {"house", "slope", "water", "falling", "flood"},
    "order": {"stall", "building", "noise", "animals"},
    "dispute": {"family", "neighbour", "land", "wages", "owners"},
    "utility": {"water_supply", "power", "network"},
    "property": {"service"},
    "welfare": {"aid", "medical", "care"},
    "school_job": {"school", "job"},
    "farming": {"irrigation", "sale", "pest"},
    "errand": {"form", "policy"},
    "other": set(),
}
ANSWERS = {"later", "answered", "promised", "fixed"}
PATROL = {
    "result": {"clear", "found"},
    "extent": {"whole", "part"},
    "cut_reason": {"", "called_away", "weather", "health", "covering", "other"},
    "outside_reason": {"", "border", "road", "errand", "late_entry", "gps", "map_wrong"},
}
PATROL_COMPANY = {"village_cadre", "township_cadre", "linked_unit", "police", "property", "volunteer"}
FINDING = {
    "kind": FINDING_KINDS,
    "handled": {"report", "fixed", "advised", "watch"},
    "urgency": {"", "normal", "urgent"},
    "source": {"seen", "told"},
}
VISIT = {
    "show": {"due", "all", "new"},
    "outcome": {"met", "phone", "not_home", "away", "refused", "moved", "vacant"},
    "condition": {"", "ok", "concern", "help"},
    "retry": {"", "evening", "weekend", "phone", "family"},
}
CHANGES = {
    "moved_in", "moved_out", "birth", "death", "left_for_work", "back", "tenant", "phone", "new_need", "need_over",
    "house_risk",
}  # fmt: skip
TOPICS = {"safety", "fraud", "policy", "errand", "mediation", "weather"}
VISIT_COMPANY = {"village_cadre", "township_cadre", "linked_unit", "doctor", "police", "volunteer"}
INTAKE = {
    "channel": {
        "patrol", "visit", "walkin", "phone", "stand", "meeting", "box", "hotline", "upper", "delegate", "media",
    },
    "tally": {"", "one", "none"},
    "kind": DEMAND_KINDS | {""},
    "urgency": {"", "normal", "urgent"},
    "place_how": {"", "here", "map", "address", "nowhere"},
    "reporter_kind": {"", "named", "anonymous", "proxy"},
    "answer": ANSWERS | {""},
}  # fmt: skip
STEPS = {
    "handle": {"same", "progress", "done", "cannot"},
    "look": {"true", "partly", "not_true", "not_found"},
    "check": {"fixed_ok", "fixed_part", "fixed_no"},
}
FOLLOW_UP = {
    "how_solved": {"", "self", "neighbours", "volunteer", "mediated", "market", "referred"},
    "cannot_reason": {"", "not_ours", "needs_units", "money", "disagree", "policy", "other"},
    "told": {"", "yes", "not_yet", "nobody"},
}


@pytest.fixture(scope="module")
def county() -> County:
    return invent_county(SEEDED_ON)


@pytest.fixture(scope="module")
def acts(county):
    return list(story_until(county, SEEDED_ON))


@pytest.fixture(scope="module")
def patrols(acts):
    return [act for act in acts if isinstance(act, PatrolAct)]


@pytest.fixture(scope="module")
def visits(acts):
    return [act for act in acts if isinstance(act, VisitAct)]


@pytest.fixture(scope="module")
def intakes(acts):
    return [act for act in acts if isinstance(act, IntakeAct)]


@pytest.fixture(scope="module")
def follow_ups(acts):
    return [act for act in acts if isinstance(act, FollowUpAct)]


@pytest.fixture(scope="module")
def office(acts):
    return [act for act in acts if isinstance(act, OfficeAct)]


def _codes_hold(rows, lists):
    for name, codes in lists.items():
        assert {getattr(row, name) for row in rows} <= codes, name


@pytest.fixture(scope="module")
def matters(county):
    """Demand key → the matter, for everything that becomes a demand."""
    days = [county.first_day + dt.timedelta(days=n) for n in range((SEEDED_ON - county.first_day).days)]
    return {raised.key: raised for day in days for raised in raised_on(county, day)}


def test_a_day_is_the_same_whenever_it_is_asked_for(county):
    day = SEEDED_ON - dt.timedelta(days=3)
    elsewhere = invent_county(SEEDED_ON)
    assert day_story(elsewhere, day) == day_story(county, day)
    later = SEEDED_ON + dt.timedelta(days=9)
    assert day_story(elsewhere, later) == day_story(county, later)


def test_a_demo_left_alone_is_topped_up_with_what_it_would_have_had(county):
    whole = list(story_until(county, SEEDED_ON + dt.timedelta(days=4)))
    before = list(story_until(county, SEEDED_ON))
    topped_up = list(
        story_until(county, SEEDED_ON + dt.timedelta(days=4), after=SEEDED_ON - dt.timedelta(days=1))
    )
    assert before + topped_up == whole


def test_nothing_happened_before_the_history(county):
    assert day_story(county, county.first_day - dt.timedelta(days=1)) == ()
    assert day_story(county, county.first_day)


@pytest.mark.parametrize("seeded_on", [dt.date(2026, 11, 21), dt.date(2027, 1, 5), dt.date(2027, 7, 1)])
def test_three_months_stay_within_fifteen_thousand_records(seeded_on):
    story = list(story_until(invent_county(seeded_on), seeded_on))
    counts = Counter(type(act).__name__ for act in story)
    assert sum(isinstance(act, Record) for act in story) <= 15_000
    assert 9_000 <= counts["PatrolAct"] <= 10_500
    assert 3_000 <= counts["VisitAct"] <= 4_500
    assert counts["IntakeAct"] + counts["FollowUpAct"] >= 400


def test_every_act_has_its_own_key_and_moment(acts, county):
    assert len({act.key for act in acts}) == len(acts)
    assert [act.at.date() for act in acts] == sorted(act.at.date() for act in acts)
    records = [act for act in acts if isinstance(act, Record)]
    assert len({act.instance_id for act in records}) == len(records)
    assert all(act.start.tzinfo is SHANGHAI and act.start < act.end <= act.at for act in records)
    assert {act.author for act in acts if hasattr(act, "author")} <= {member.key for member in county.staff}


def test_patrols_use_the_codes_of_the_form(patrols):
    _codes_hold(patrols, PATROL)
    findings = [finding for patrol in patrols for finding in patrol.findings]
    _codes_hold(findings, FINDING)
    assert all((patrol.result == "found") == bool(patrol.findings) for patrol in patrols)
    assert all((patrol.extent == "part") == bool(patrol.cut_reason) for patrol in patrols)
    assert {who for patrol in patrols for who in patrol.companions} <= PATROL_COMPANY
    assert {finding.handled for finding in findings} == FINDING["handled"]
    assert all(bool(finding.urgency) == (finding.handled == "report") for finding in findings)
    assert all(f.detail in DETAILS[f.kind] | {""} for f in findings)
    assert any(patrol.track for patrol in patrols)


def test_visits_use_the_codes_of_the_form(visits):
    _codes_hold(visits, VISIT)
    asks = [ask for visit in visits for ask in visit.asks]
    assert {visit.outcome for visit in visits} == VISIT["outcome"]
    assert {change for visit in visits for change in visit.changes} <= CHANGES
    assert {topic for visit in visits for topic in visit.topics} <= TOPICS
    assert {who for visit in visits for who in visit.companions} <= VISIT_COMPANY
    assert {ask.answer for ask in asks} == ANSWERS
    assert all(ask.kind in DEMAND_KINDS and ask.detail in DETAILS[ask.kind] | {""} for ask in asks)
    assert all(ask.anonymous in {"yes", "no"} for ask in asks)


def test_visits_answer_only_the_questions_they_were_asked(visits):
    for visit in visits:
        reached = visit.outcome in ("met", "phone")
        assert bool(visit.condition) == bool(visit.seen)
        assert reached or not (visit.seen or visit.changes or visit.asks or visit.topics)
        assert visit.outcome in ("not_home", "away") or not visit.retry
        assert visit.door_point is None or visit.outcome == "met"
        assert bool(visit.new_address) == (visit.show == "new")


def test_a_visit_names_persons_of_that_household(visits, county):
    for visit in visits:
        if visit.show != "new":
            household = county.by_key[visit.household]
            assert household.grid == visit.grid
            assert set(visit.seen) <= {person.key for person in household.cared_for}


def test_intakes_use_the_codes_of_the_form(intakes):
    _codes_hold(intakes, INTAKE)
    assert all(intake.detail in DETAILS.get(intake.kind, set()) | {""} for intake in intakes)
    for intake in intakes:
        assert bool(intake.tally) == (intake.channel in ("stand", "meeting", "box"))
        assert bool(intake.outer_number) == (intake.channel in ("hotline", "upper"))
        assert (intake.place is not None) == (intake.place_how == "map")
        assert bool(intake.address) == (intake.place_how == "address")
        assert bool(intake.reporter_phone) == (intake.reporter_kind in ("named", "proxy"))
        assert (intake.promised_on is not None) == (intake.answer == "promised")
        assert bool(intake.words) == (intake.tally != "none")


def test_every_way_of_raising_something_occurs(intakes):
    assert {"walkin", "phone", "stand", "meeting", "box", "hotline"} <= {intake.channel for intake in intakes}
    assert {intake.reporter_kind for intake in intakes} >= {"named", "anonymous", "proxy"}
    assert any(intake.tally == "none" and intake.channel == "meeting" for intake in intakes)
    numbers = [intake.outer_number for intake in intakes if intake.outer_number]
    assert len(set(numbers)) == len(numbers)


def test_follow_ups_use_the_codes_of_the_form(follow_ups, matters):
    _codes_hold(follow_ups, FOLLOW_UP)
    for act in follow_ups:
        raised = matters[act.demand]
        assert act.step in STEPS[act.task]
        assert raised.day <= act.start.date()
        assert bool(act.cannot_reason) == bool(act.tried) == (act.step == "cannot")
        assert bool(act.told) == (act.step == "done")
        assert bool(act.words) == (act.step not in ("same", "cannot"))
        assert bool(act.how_solved) == (act.step == "done" and raised.matter.klass == "PRIVATE")
    assert any(act.how_solved for act in follow_ups)
    assert any(act.task == "look" for act in follow_ups)


def _of_each_demand(acts):
    steps: dict[str, list[CaseAct | FollowUpAct]] = {}
    for act in acts:
        if isinstance(act, CaseAct | FollowUpAct):
            steps.setdefault(act.demand, []).append(act)
    return steps


def test_the_office_acts_on_working_days_and_says_what_each_act_needs(county, office):
    for act in office:
        assert county.calendar.is_working(act.at.date()) or act.verb in ("feed_back", "claim"), act
        assert bool(act.klass) == (act.verb == "classify")
        assert bool(act.assignee) != bool(act.unit) or act.verb not in ("assign", "look", "ask_to_check")
        assert bool(act.words) or act.verb not in (
            "assign",
            "reject",
            "refer",
            "escalate",
            "return_order",
            "ask",
        )


def test_the_steps_on_a_matter_follow_one_another(acts, matters):
    for demand, steps in _of_each_demand(acts).items():
        assert matters[demand].day <= steps[0].at.date()
        verbs = [step.verb for step in steps if isinstance(step, OfficeAct)]
        for earlier, later in (("register", "classify"), ("classify", "assign"), ("ask", "approve")):
            if earlier in verbs and later in verbs:
                assert verbs.index(earlier) < verbs.index(later)


def test_whoever_a_matter_was_given_to_last_works_on_it(acts):
    for steps in _of_each_demand(acts).values():
        taker = None
        for step in steps:
            if isinstance(step, OfficeAct) and step.verb in ("assign", "claim"):
                taker = step.assignee or step.unit or step.author
            elif isinstance(step, FollowUpAct) and step.task == "handle" and taker is not None:
                assert step.author == taker
            elif isinstance(step, UnitAct):
                assert step.unit == taker


@pytest.mark.parametrize("profile", profiles.shipped())
def test_every_mechanism_brings_its_own_acts(profile):
    county = invent_county(SEEDED_ON, profile)
    told = [act for act in story_until(county, SEEDED_ON) if not isinstance(act, Record)]
    verbs = {act.verb for act in told if isinstance(act, CaseAct) and hasattr(act, "verb")}
    mechanism = county.mechanism
    assert verbs >= {
        "register", "ask_info", "supply", "reject", "refer", "merge", "look", "classify", "assign", "escalate",
        "return_order", "ask", "approve", "resume", "ask_to_check", "feed_back", "appeal", "decide_appeal", "call_back",
        "urge", "supervise", "accept", "progress", "done",
    } - ({"escalate"} if mechanism.routed_to("GOVERNMENT") == "village" else set())  # fmt: skip
    assert ("claim" in verbs) == ("claim" in mechanism.dispatch.modes)
    assert ("whistle" in verbs) == ("whistle" in mechanism.dispatch.modes)
    assert any(isinstance(act, MeetingAct) for act in told) == bool(mechanism.meetings)
    by_links = {act.evaluator for act in told if isinstance(act, JudgedAct)}
    assert bool(by_links) == bool(mechanism.rating.evaluators)
    assert ("rate" in verbs) or by_links


def test_residents_are_of_many_minds(acts):
    stars = Counter(act.stars for act in acts if isinstance(act, ResidentAct) and act.verb == "rate")
    told = {act.demand for act in acts if isinstance(act, OfficeAct) and act.verb == "feed_back"}
    rated = {act.demand for act in acts if isinstance(act, ResidentAct) and act.verb == "rate"}
    assert set(stars) == {1, 2, 3, 4, 5}
    assert stars[5] > stars.total() / 2
    assert len(told - rated) > len(told) / 4


def test_one_grid_has_not_been_patrolled_for_days(county, patrols):
    neglected = planted(county).neglected_grid
    last = max(patrol.start.date() for patrol in patrols if patrol.grid == neglected)
    assert (SEEDED_ON - last).days > NEGLECTED_DAYS >= 5
    assert county.own_hand(neglected, SEEDED_ON) is county.worker(neglected, SEEDED_ON)
    assert all(
        patrol.grid != neglected for patrol in day_story(county, SEEDED_ON) if isinstance(patrol, PatrolAct)
    )


def test_the_stand_in_comes_on_some_days_only(county, patrols):
    vacant = planted(county).vacant_grid
    stand_in = county.worker(vacant, SEEDED_ON)
    days = {
        patrol.start.date() for patrol in patrols if patrol.grid == vacant and patrol.author == stand_in.key
    }
    assert 3 <= len(days) <= 20


def test_other_grids_are_patrolled_on_most_days_but_not_alike(county, patrols):
    faults = planted(county)
    days = Counter(patrol.grid for patrol in patrols)
    rates = [
        days[code] / 92 for code in county.grids if code not in (faults.neglected_grid, faults.vacant_grid)
    ]
    assert min(rates) < 0.85 < 0.95 < max(rates)
    assert 0.85 < sum(rates) / len(rates) < 0.97


def test_a_few_households_were_never_visited(county, visits):
    never = planted(county).never_visited
    tried = {visit.household for visit in visits}
    assert 5 <= len(never) <= 9
    assert len({county.by_key[key].grid for key in never}) == 1
    assert not never & tried


@pytest.mark.parametrize("seeded_on", [dt.date(2026, 11, 21), dt.date(2026, 9, 30), dt.date(2027, 2, 12)])
def test_about_sixty_persons_are_not_seen_this_month_and_one_village_stands_out(seeded_on):
    county = invent_county(seeded_on)
    month = list(story_until(county, seeded_on, after=seeded_on.replace(day=1) - dt.timedelta(days=1)))
    seen = {key for act in month if isinstance(act, VisitAct) and act.outcome == "met" for key in act.seen}
    unseen = Counter(
        household.grid[:12]
        for household in county.households
        for person in household.cared_for_on(seeded_on)
        if person.key not in seen
    )
    assert 45 <= unseen.total() <= 80
    assert unseen.most_common(1)[0][0] == planted(county).bad_village
    assert len(unseen) < 25


def test_some_households_were_reached_only_by_phone_and_some_not_met_twice(county, visits):
    reasons: dict[str, list[list[VisitAct]]] = {}
    for key, why in planted(county).unseen.items():
        own = [visit for visit in visits if visit.household == key and visit.start.month == SEEDED_ON.month]
        reasons.setdefault(why, []).append(own)
    assert all([visit.outcome for visit in own] == ["phone"] for own in reasons["phone_only"])
    assert all(own[0].outcome == "met" and not own[0].seen for own in reasons["family_only"])
    for first, second in reasons["not_met_twice"]:
        assert first.outcome == second.outcome == "not_home"
        assert first.start.date() < second.start.date()
        assert second.start.hour >= 18
    assert not any(reasons["unvisited"])


def test_one_worker_writes_down_a_month_in_its_last_three_days(county, visits):
    rushing = planted(county).rushing_grid
    counted = [
        v.start.date()
        for v in visits
        if v.grid == rushing and v.outcome == "met" and (v.start.year, v.start.month) == (2026, 10)
    ]
    assert len({v.author for v in visits if v.grid == rushing}) == 1
    assert len(counted) >= 10
    assert sum(day >= dt.date(2026, 10, 29) for day in counted) / len(counted) >= 0.4


def test_street_lamps_are_reported_again_and_again_in_one_place(county, patrols, intakes, follow_ups):
    lamps = [matter for matter in planted(county).matters if matter.fault == "lamps"]
    grid = lamps[0].grid
    reports = [
        (i.demand, (i.place.lon, i.place.lat), i.reporter_phone)
        for i in intakes
        if i.detail == "lamp" and i.place
    ]
    reports += [
        (f.key, (f.fix.lon, f.fix.lat), f.reporter_phone)
        for p in patrols
        if p.grid == grid
        for f in p.findings
        if f.detail == "lamp"
    ]
    phones = {matter.reporter_phone for matter in lamps}
    cluster = [report for report in reports if report[2] in phones]
    plane = LocalPlane(*cluster[0][1])
    places = shapely.points(plane.to_local([place for _, place, _ in cluster]))
    assert len(cluster) == 6
    assert len({number for _, _, number in cluster}) == 6
    assert shapely.MultiPoint(places).minimum_rotated_rectangle.length / 2 < 100
    assert all((SEEDED_ON - matter.day).days < 30 for matter in lamps)
    assert not {key for key, _, _ in cluster} & {act.demand for act in follow_ups if act.step == "done"}


def test_after_the_rain_one_village_has_many_matters_that_nobody_ends(county, intakes, follow_ups):
    rain = [matter for matter in planted(county).matters if matter.fault == "downpour"]
    phones = {matter.reporter_phone for matter in rain}
    taken = [act for act in intakes if act.reporter_phone in phones]
    plane = LocalPlane(*rain[0].place)
    assert len(taken) == len(phones) == len({act.words for act in taken}) == 18
    assert len({matter.grid for matter in rain}) == 3
    assert len({matter.grid[:12] for matter in rain}) == 1
    assert all(
        shapely.contains_xy(county.grids[matter.grid].outline, *matter.place) and matter.day < SEEDED_ON
        for matter in rain
    )
    alike = Counter((matter.matter.kind, matter.matter.detail) for matter in rain)
    assert max(alike.values()) < 3, "no rule of the same matter at one place finds them"
    assert shapely.MultiPoint(plane.to_local([matter.place for matter in rain])).convex_hull.area > 1e6
    assert not {act.demand for act in taken} & {act.demand for act in follow_ups if act.step == "done"}


def test_some_cases_are_overdue_and_one_stands_still(county, intakes, office, follow_ups):
    done = {act.demand for act in follow_ups if act.step in ("done", "cannot")}
    given = {act.demand for act in office if act.verb == "assign" and act.until and act.until < SEEDED_ON}
    overdue = given - done
    assert len(overdue) >= 5
    stalled = next(matter for matter in planted(county).matters if matter.fault == "stalled")
    demand = next(
        i.demand
        for i in intakes
        if i.reporter_phone == stalled.reporter_phone and i.start.date() == stalled.day
    )
    steps = [act.step for act in follow_ups if act.demand == demand]
    assert steps == ["progress", *["same"] * 12]


def test_a_few_patrols_began_outside_their_grid(county, patrols):
    outside = [
        patrol
        for patrol in patrols
        if patrol.fix_start
        and not shapely.contains_xy(
            county.grids[patrol.grid].outline, patrol.fix_start.lon, patrol.fix_start.lat
        )
    ]
    assert 5 <= len(outside) <= 80
    assert all(patrol.outside_reason for patrol in outside)


def test_every_planted_fault_is_described():
    assert set(FAULTS) >= {
        "neglected_grid", "vacant_grid", "sparse_grids", "never_visited", "unseen", "bad_village", "phone_only",
        "family_only", "not_met_twice", "lamps", "overdue", "stalled", "rushing_grid", "downpour", "outside",
    }  # fmt: skip
