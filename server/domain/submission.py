"""提交: what an arriving submission is — new, the same again, an edit, set aside, or a conflict (OPENROSA §5.3).

The order of the questions is the rule: whether we hold it already comes before everything else, because a phone
must never be told to send again what is safe here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.domain.problems import Conflict, Invalid, NotFound

STATES = {
    "received": "已收到",
    "quarantined": "版本不明，暂存",
    "held": "等原件",
    "superseded": "已有修改",
    "rejected": "不予采信",
    "withdrawn": "本人撤回",
}
"""What becomes of a stored submission, and how users read it."""


class Arrival(StrEnum):
    """What becomes of an arriving submission."""

    NEW = "new"
    REPEAT = "repeat"
    """The same XML again: a retry, or a later part with more attachments, which are added."""
    EDIT = "edit"
    """A new version of a submission held here."""
    QUARANTINED = "quarantined"
    """A known form in a version never published here: kept as sent, shown to the office."""
    HELD = "held"
    """An edit that arrived before its original: kept, applied when the original comes."""

    @property
    def set_aside(self) -> bool:
        """Kept, but not yet turned into domain rows (answered 202 instead of 201)."""
        return self in {Arrival.QUARANTINED, Arrival.HELD}


@dataclass(frozen=True, slots=True)
class KnownInstance:
    """A stored submission (or version of one) that bears the arriving instanceID."""

    same_xml: bool
    """Its bytes are those that have just arrived."""


@dataclass(frozen=True, slots=True)
class Original:
    """The stored submission version that the arriving deprecatedID names."""

    current: bool
    """No later version has replaced it."""
    set_aside: bool
    """It is itself quarantined or held."""


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """What has to be known to decide; `known` and `original` are looked up by form and instance id."""

    form_known: bool
    version_known: bool
    instance_id: str | None
    deprecated_id: str | None = None
    known: KnownInstance | None = None
    original: Original | None = None


def decide_arrival(facts: ArrivalFacts) -> Arrival:
    """Decide what an arriving submission is.

    Raises NotFound("submission.form_unknown"), Invalid("submission.no_instance_id"),
    Conflict("submission.other_xml") for a known instanceID with other bytes, and
    Conflict("submission.edit_out_of_date") for an edit of a version that has been replaced.
    """
    if not facts.form_known:
        raise NotFound("submission.form_unknown")
    if not facts.instance_id:
        raise Invalid("submission.no_instance_id")
    if facts.known is not None:
        if facts.known.same_xml:
            return Arrival.REPEAT
        raise Conflict("submission.other_xml", instance_id=facts.instance_id)
    if not facts.version_known:
        return Arrival.QUARANTINED
    return _decide_edit(facts) if facts.deprecated_id else Arrival.NEW


def _decide_edit(facts: ArrivalFacts) -> Arrival:
    if facts.original is None or facts.original.set_aside:
        return Arrival.HELD
    if not facts.original.current:
        raise Conflict("submission.edit_out_of_date", instance_id=facts.instance_id)
    return Arrival.EDIT
