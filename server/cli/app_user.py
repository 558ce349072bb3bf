"""wangge app-user: the keys of phones, for the operator of the server. Offices use the page 钥匙。"""

from __future__ import annotations

from uuid import UUID

import click

from server.cli.opening import opened
from server.cli.tables import table
from server.cli.user import account_named
from server.domain.people import SYSTEM
from server.services import accounts
from server.settings import Settings
from server.storage import posts as storage
from server.web.addresses import phone_url
from server.web.collect_settings import server_url
from server.web.i18n import moment


@click.group("app-user")
def app_user() -> None:
    """手机钥匙：发放、列出、收回。"""


@app_user.command()
@click.argument("who")
@click.option("--label", default="", help="备注，例如哪一部手机")
def issue(who: str, label: str) -> None:
    """给一个人发一把手机钥匙；地址只显示这一次。"""
    key = accounts.new_key()
    with opened() as database, database.transaction(SYSTEM) as work:
        account = account_named(work.session, who)
        accounts.issue_key(work, account.id, key=key, label=label)
    tell_key(account.display_name, key)


@app_user.command("list")
def listing() -> None:
    """列出全部手机钥匙（不含钥匙本身：服务器只存它的摘要）。"""
    with opened() as database, database.read(SYSTEM) as reading:
        rows = [
            (
                str(key.id),
                account.display_name,
                key.label or "—",
                moment(key.issued_at),
                "有效" if key.revoked_at is None else f"{moment(key.revoked_at)} 收回",
            )
            for key, account in storage.keys_in(reading.session, scope=SYSTEM.scope)
        ]
    click.echo(table(("钥匙编号", "姓名", "备注", "发放时间", "状态"), rows))


@app_user.command()
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """收回一把钥匙：手机不能再发送和更新，手机里已有的内容不会被清除。"""
    with opened() as database, database.transaction(SYSTEM) as work:
        accounts.revoke_key(work, key_id)
    click.echo("已收回。这部手机不能再发送和更新；手机里已有的内容不会被清除。")


def tell_key(name: str, key: str) -> None:
    """Print the addresses a phone is given, this once: for its browser, and for ODK Collect."""
    settings = Settings()
    root = (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    click.echo(f"{name} 的手机地址（只显示这一次）：")
    click.echo(f"手机浏览器打开：{phone_url(key, root=root)}")
    click.echo(f"ODK Collect 服务器：{server_url(root, key)}")
