"""What the command line itself says, in Chinese: the frame of every help page, and how a mistyped command is answered."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

_HEADINGS = {"Options": "选项", "Commands": "命令"}
_WORDS = {
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]…",
    "[%Y-%m-%d]": "年-月-日",
    "INTEGER": "整数",
    "TEXT": "文字",
    "FILE": "文件",
    "[required]": "（必填）",
    "Show this message and exit.": "显示这份说明。",
    "Show the version and exit.": "显示版本号。",
}


class ChineseHelp(click.HelpFormatter):
    """Help pages whose own words are Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG002 - click's signature
        """用法。"""
        super().write_usage(prog, _put(args), prefix="用法：")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """选项, 命令。"""
        with super().section(_HEADINGS.get(name, name)):
            yield

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """One line per option or command."""
        super().write_dl([(_put(first), _put(second)) for first, second in rows], col_max, col_spacing)


def _put(text: str) -> str:
    for english, chinese in _WORDS.items():
        text = text.replace(english, chinese)
    return text


class Main(click.Group):
    """The command `wangge`: whatever ends it says so in Chinese, with exit code 2 for what was typed wrongly."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run what was typed."""
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
        except click.UsageError as error:
            click.echo(in_chinese(error), err=True)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("已中止。", err=True)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named first. Raises UsageError where there is none of that name."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(f"没有命令 {args[0]}。", ctx)
        return super().resolve_command(ctx, args)


def in_chinese(error: click.UsageError) -> str:
    """What was typed wrongly, and where to look."""
    where = "wangge" if error.ctx is None else error.ctx.command_path
    return f"{_wrong(error)}用 {where} -h 看写法。"


def _wrong(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}。"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {_named(error.param)}。"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"{_named(error.param)} 的值不对：{_expected(error.param.type)}。"
    return error.message if error.message.endswith("。") else "参数的写法不对。"


def _named(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "参数"
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name


def _expected(kind: click.ParamType[Any]) -> str:
    if isinstance(kind, click.Choice):
        return f"可用的是 {'、'.join(str(choice) for choice in kind.choices)}"
    if isinstance(kind, click.Path):
        return "没有这个文件"
    if isinstance(kind, click.DateTime):
        return "日期应写成 2026-11-21 的样子"
    return "读不懂"
