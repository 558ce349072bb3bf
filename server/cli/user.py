"""wangge user: accounts, for the operator of the server. Offices use the page 人员。"""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from server.cli.opening import Refused, opened
from server.cli.tables import table
from server.domain.people import SYSTEM
from server.domain.roles import Role
from server.services import accounts
from server.storage import jurisdictions
from server.storage import posts as storage
from server.storage.posts import Account


@click.group()
def user() -> None:
    """账号：开通、列出、重设密码、停用。"""


@user.command()
@click.option("--name", required=True, help="姓名")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="身份：" + "，".join(f"{role.value} {role.label}" for role in Role),
)
@click.option("--home", required=True, help="所属区划（编码）")
@click.option("--username", help="登录名；只用手机采集的人可以不设")
@click.option("--telephone", help="电话")
def add(name: str, role: str, home: str, username: str | None, telephone: str | None) -> None:
    """开通账号；有登录名的给一个临时密码，只显示这一次。"""
    password = None if username is None else accounts.temporary_password()
    hashed = None if password is None else accounts.hash_password(password)
    with opened() as database, database.transaction(SYSTEM) as work:
        jurisdictions.get(work.session, home, scope=SYSTEM.scope)
        account = accounts.open_account(
            work,
            display_name=name,
            role=Role(role),
            home=home,
            username=username,
            password_hash=hashed,
            telephone=telephone,
            must_change_password=password is not None,
        )
    click.echo(f"已开通：{account.display_name}")
    if password is not None:
        tell_password(username, password)


@user.command("list")
def listing() -> None:
    """列出全部账号。"""
    with opened() as database, database.read(SYSTEM) as reading:
        rows = [
            (
                account.username or "—",
                account.display_name,
                Role(account.role).label,
                account.home,
                "在用" if account.closed_on is None else f"{account.closed_on} 停用",
            )
            for account in storage.listing(reading.session, scope=SYSTEM.scope)
        ]
    click.echo(table(("登录名", "姓名", "身份", "所属区划", "状态"), rows))


@user.command("reset-password")
@click.argument("who")
def reset_password(who: str) -> None:
    """重设密码：给一个临时密码，只显示这一次；原来的登录全部失效。"""
    password = accounts.temporary_password()
    hashed = accounts.hash_password(password)
    with opened() as database, database.transaction(SYSTEM) as work:
        account = accounts.reset_password(work, account_named(work.session, who).id, password_hash=hashed)
    tell_password(account.username, password)


@user.command()
@click.argument("who")
def close(who: str) -> None:
    """停用账号：不能再登录，手机钥匙也不再有效。"""
    with opened() as database, database.transaction(SYSTEM) as work:
        account = account_named(work.session, who)
        accounts.close_account(work, account.id)
    click.echo(f"已停用：{account.display_name}")


def account_named(session: Session, who: str) -> Account:
    """The one account with this username or, where nobody has it, this name. Raises Refused for none or several."""
    by_username = storage.by_username(session, who)
    if by_username is not None:
        return by_username
    everybody = storage.listing(session, scope=SYSTEM.scope)
    found = [account for account in everybody if who in (account.display_name, str(account.id))]
    if not found:
        raise Refused(f"没有登录名或姓名为“{who}”的账号。")
    if len(found) > 1:
        rows = [(str(each.id), each.display_name, Role(each.role).label, each.home) for each in found]
        heads = ("账号编号", "姓名", "身份", "所属区划")
        raise Refused(f"有 {len(found)} 个人叫“{who}”，请改用账号编号。", heads=heads, rows=rows)
    return found[0]


def tell_password(username: str | None, password: str) -> None:
    """Print a temporary password, this once."""
    click.echo(f"登录名：{username}")
    click.echo(f"临时密码：{password}")
    click.echo("临时密码只显示这一次，第一次登录时必须修改。")
