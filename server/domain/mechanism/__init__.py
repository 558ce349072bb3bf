"""机制方案: counties differ in data, never in code."""

from server.domain.mechanism.parts import Cadence, Canonical, DemandClass, HandlingLevel
from server.domain.mechanism.profile import MechanismProfile, parse_profile

__all__ = ["Cadence", "Canonical", "DemandClass", "HandlingLevel", "MechanismProfile", "parse_profile"]
