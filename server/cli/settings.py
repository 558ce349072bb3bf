"""wangge settings: every setting, what it is and what it is now."""

from __future__ import annotations

import click

from server.cli.tables import table
from server.settings import Settings

_SECRET = frozenset(
    {
        "secret_key",
        "database_url",
        "basemap_key",
        "basemap_url",
        "notify_webhook",
        "notify_webhook_secret",
        "notify_residents",
        "notify_staff",
    }
)


@click.command()
def settings() -> None:
    """列出全部设置：名称、默认值、当前值、含义。"""
    click.echo(table(("名称", "默认值", "当前值", "含义"), _rows(Settings())))


def _rows(current: Settings) -> list[tuple[str, str, str, str]]:
    return [
        (
            f"WANGGE_{name.upper()}",
            _shown(name, field.default, field.default),
            _shown(name, getattr(current, name), field.default),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(name: str, value: object, default: object) -> str:
    """Addresses hold passwords and tokens: of secrets only whether they are set is said."""
    if name in _SECRET:
        return "（未设）" if value == default else "（已设，不显示）"
    if value is None:
        return "（未设）"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
