"""Every command and every option says in Chinese what it does; every setting says what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from server.cli import main
from server.settings import Settings

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def commands(command: click.Command = main, path: str = "wangge") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from commands(each, f"{path} {name}")


def test_every_command_says_what_it_does() -> None:
    assert [path for path, each in commands() if not CHINESE.search(each.help or "")] == []


def test_every_option_says_what_it_is_for() -> None:
    silent = [
        f"{path} {option.name}"
        for path, each in commands()
        for option in each.params
        if isinstance(option, click.Option) and option.name != "version"
        if not CHINESE.search(option.help or "")
    ]
    assert silent == []


def test_every_setting_says_what_it_means() -> None:
    silent = [
        name for name, field in Settings.model_fields.items() if not CHINESE.search(field.description or "")
    ]
    assert silent == []
