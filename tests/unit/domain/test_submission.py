import dataclasses

import pytest

from server.domain.problems import Conflict, Invalid, NotFound, Problem
from server.domain.submission import Arrival, ArrivalFacts, KnownInstance, Original, decide_arrival

FIRST = ArrivalFacts(form_known=True, version_known=True, instance_id="uuid:1")
SAME, OTHER = KnownInstance(same_xml=True), KnownInstance(same_xml=False)
CURRENT = Original(current=True, set_aside=False)


@pytest.mark.parametrize(
    ("changed", "arrival"),
    [
        ({}, Arrival.NEW),
        ({"known": SAME}, Arrival.REPEAT),
        ({"known": SAME, "version_known": False}, Arrival.REPEAT),
        ({"known": SAME, "deprecated_id": "uuid:0"}, Arrival.REPEAT),
        ({"version_known": False}, Arrival.QUARANTINED),
        ({"version_known": False, "deprecated_id": "uuid:0"}, Arrival.QUARANTINED),
        ({"deprecated_id": "uuid:0", "original": CURRENT}, Arrival.EDIT),
        ({"deprecated_id": "uuid:0"}, Arrival.HELD),
        ({"deprecated_id": "uuid:0", "original": Original(current=True, set_aside=True)}, Arrival.HELD),
    ],
)
def test_an_arrival_is_what_we_hold_already_makes_it(changed: dict[str, object], arrival: Arrival) -> None:
    assert decide_arrival(dataclasses.replace(FIRST, **changed)) is arrival  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "problem", "code"),
    [
        ({"form_known": False}, NotFound, "submission.form_unknown"),
        ({"instance_id": None}, Invalid, "submission.no_instance_id"),
        ({"instance_id": ""}, Invalid, "submission.no_instance_id"),
        ({"known": OTHER}, Conflict, "submission.other_xml"),
        ({"known": OTHER, "version_known": False}, Conflict, "submission.other_xml"),
        (
            {"deprecated_id": "uuid:0", "original": Original(current=False, set_aside=False)},
            Conflict,
            "submission.edit_out_of_date",
        ),
    ],
)
def test_an_arrival_that_cannot_be_taken_is_refused(
    changed: dict[str, object], problem: type[Problem], code: str
) -> None:
    with pytest.raises(problem) as refusal:
        decide_arrival(dataclasses.replace(FIRST, **changed))  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_only_what_is_quarantined_or_held_is_set_aside() -> None:
    assert {arrival for arrival in Arrival if arrival.set_aside} == {Arrival.QUARANTINED, Arrival.HELD}
