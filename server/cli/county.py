"""wangge county: setting up a real county on an empty database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from server.cli import divisions_file
from server.cli.app_user import tell_key
from server.cli.opening import Refused, opened, refusals
from server.cli.profile import text_of
from server.cli.user import tell_password
from server.domain.jurisdiction import Level, validate
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.services import accounts, counties
from server.services.counties import Division, FirstAdmin, FirstPhone
from server.settings import Settings


@click.group()
def county() -> None:
    """建县。"""


@county.command()
@click.option("--code", prompt="县（区）编码，6 位", help="县（区）编码，6 位")
@click.option("--name", prompt="县（区）名称", help="县（区）名称")
@click.option(
    "--divisions",
    "file",
    prompt="区划表（CSV：编码,名称,城乡）",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="乡镇和村的 CSV：编码,名称[,urban 或 rural]",
)
@click.option("--admin", "admin_name", prompt="第一个管理员的姓名", help="第一个管理员的姓名")
@click.option("--username", prompt="他的登录名（可用邮箱）", help="管理员的登录名")
@click.option("--ask-password", is_flag=True, help="当场输入管理员密码；不加则给一个临时密码")
@click.option("--phone-holder", prompt="第一把手机钥匙发给谁（姓名）", help="第一把手机钥匙发给谁")
@click.option("--phone-at", help="他所在的村或乡镇（编码），默认表里的第一个村")
@click.option("--profile", default=lambda: Settings().profile, help="机制方案：随产品提供的名称，或一个文件")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="开始工作的日期，默认今天")
def create(
    code: str,
    name: str,
    file: Path,
    admin_name: str,
    username: str,
    ask_password: bool,
    phone_holder: str,
    phone_at: str | None,
    profile: str,
    start: dt.datetime | None,
) -> None:
    """在空数据库上建县：区划、表单、机制方案、第一个管理员、第一把手机钥匙。"""
    with refusals():
        validate(code, Level.COUNTY)
    within = divisions_file.read(file, county=code)
    phone = FirstPhone(phone_holder, _place(within, phone_at), accounts.new_key())
    mechanism = text_of(profile)
    password = _password(ask_password)
    with refusals():
        hashed = accounts.hash_password(password)
    with opened() as database, database.transaction(SYSTEM) as work:
        counties.create(
            work,
            Division(code, name),
            within=within,
            admin=FirstAdmin(admin_name, username, hashed, must_change_password=not ask_password),
            phone=phone,
            profile=mechanism,
            start_date=local_day(work.now) if start is None else start.date(),
        )
    click.echo(f"已建县：{name}，{len(within)} 个乡镇和村。")
    if not ask_password:
        tell_password(username, password)
    tell_key(phone_holder, phone.key)


def _password(ask: bool) -> str:
    if not ask:
        return accounts.temporary_password()
    password: str = click.prompt(
        "管理员密码（至少 10 个字符）", hide_input=True, confirmation_prompt="再输一遍"
    )
    return password


def _place(within: Sequence[Division], chosen: str | None) -> str:
    """Where the first phone belongs: the division named, else the first village."""
    codes = [division.code for division in within]
    if chosen is not None and chosen not in codes:
        raise Refused(f"区划表里没有 {chosen}。")
    villages = [code for code in codes if len(code) == Level.VILLAGE.digits]
    found = chosen or next(iter(villages), None)
    if found is None:
        raise Refused("区划表里没有一个村（社区），请用 --phone-at 写明第一把钥匙属于哪个乡镇。")
    return found
