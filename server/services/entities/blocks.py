"""Entity blocks as a record keeps them, and as the rules of domain/entity.py ask for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from forms.instance import EntityBlock
from server.domain.entity import REGISTER_LISTS, Asked
from server.storage.submissions import Submission


def of_own_lists(blocks: Iterable[EntityBlock]) -> list[EntityBlock]:
    """The blocks that ask something of a county's own list."""
    return [
        block for block in blocks if block.dataset not in REGISTER_LISTS and (block.create or block.update)
    ]


def kept(blocks: Iterable[EntityBlock]) -> list[dict[str, Any]]:
    """Blocks as a record keeps them."""
    return [
        {
            "dataset": block.dataset,
            "id": block.entity_id,
            "create": block.create,
            "update": block.update,
            "label": block.label,
            "baseVersion": block.base_version,
            "trunkVersion": block.trunk_version,
            "branchId": block.branch_id,
            "properties": block.properties,
        }
        for block in blocks
    ]


def stored(submission: Submission) -> list[EntityBlock]:
    """The blocks a record keeps."""
    return [
        EntityBlock(
            dataset=block["dataset"],
            entity_id=block["id"],
            create=block["create"],
            update=block["update"],
            label=block["label"],
            base_version=block["baseVersion"],
            trunk_version=block["trunkVersion"],
            branch_id=block["branchId"],
            properties=block["properties"],
        )
        for block in submission.entities
    ]


def asked(block: EntityBlock) -> Asked | None:
    """What a block asks; None where its id is no version 4 UUID, the only kind phones keep."""
    try:
        key = uuid.UUID(block.entity_id)
    except ValueError:
        return None
    if key.version != 4:
        return None
    return Asked(
        entity_id=key,
        create=block.create,
        update=block.update,
        label=block.label,
        properties=block.properties,
        base_version=block.base_version,
        trunk_version=block.trunk_version,
        branch_id=block.branch_id,
    )
