"""机制方案: counties differ in data, never in code."""

from server.domain.mechanism.closing import EVALUATOR_WORDS, Evaluator
from server.domain.mechanism.duties import Cadence
from server.domain.mechanism.matter import DemandClass
from server.domain.mechanism.meeting import Meeting
from server.domain.mechanism.part import LEVEL_WORDS, Canonical, HandlingLevel
from server.domain.mechanism.profile import HOTLINE, MechanismProfile
from server.domain.mechanism.reading import parse_profile

__all__ = [
    "EVALUATOR_WORDS",
    "HOTLINE",
    "LEVEL_WORDS",
    "Cadence",
    "Canonical",
    "DemandClass",
    "Evaluator",
    "HandlingLevel",
    "MechanismProfile",
    "Meeting",
    "parse_profile",
]
