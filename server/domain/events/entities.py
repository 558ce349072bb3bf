"""名单: what happens to the lists a county's own forms make and change."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.events.event import Event


@dataclass(frozen=True, kw_only=True)
class EntityListChanged(Event, kind="entity_list.changed"):
    """名单设定: a list came to be, got columns or other rules; its name is data of the county."""

    properties: tuple[str, ...]
    approval_required: bool
    audience: str
    personal: bool


@dataclass(frozen=True, kw_only=True)
class EntityWritten(Event, kind="entity.written"):
    """写条目: an entity has one version more; `clash` where it met another."""

    list_name: str
    version: int
    clash: str | None


@dataclass(frozen=True, kw_only=True)
class EntityRemoved(Event, kind="entity.removed"):
    """去掉条目: it leaves the list; its versions stay."""

    list_name: str


@dataclass(frozen=True, kw_only=True)
class EntityPutBack(Event, kind="entity.put_back"):
    """放回条目: it stands in the list again, as it was when it left it."""

    list_name: str


@dataclass(frozen=True, kw_only=True)
class EntityClashSeen(Event, kind="entity.clash_seen"):
    """冲突已看过: somebody has looked at what met in this version."""

    list_name: str
    version: int


@dataclass(frozen=True, kw_only=True)
class EntitiesImported(Event, kind="entity_list.imported"):
    """导入名单: a file filled a list; `sha256` is that of the file."""

    new: int
    changed: int
    sha256: str
