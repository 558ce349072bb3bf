"""wangge demo: an invented county to look at, made on the first run and brought up to the present at every start."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import click

from server import profiles
from server.cli.serve import check, prepare, run
from server.cli.tables import table
from server.database import Database
from server.demo.gazetteer import COUNTY_NAME
from server.demo.invitation import Invitation, invitation, one_of_each_role
from server.demo.seeding import AnotherMechanism, NotTheDemo, Seeded, seed
from server.domain.mechanism import parse_profile
from server.domain.roles import Role
from server.domain.work_calendar import local_day
from server.settings import Settings

_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared, never bound


@click.command()
@click.option(
    "--profile",
    type=click.Choice(profiles.shipped()),
    help="按哪个县的机制方案办；不写就用原来的，第一次是忠县（zhongxian）。",
)
def demo(profile: str | None) -> None:
    """造一个虚构的演示县并启动服务，Ctrl-C 停止。"""
    settings = for_visitors(Settings())
    check(settings)
    try:
        prepare(settings)
        _welcome(settings, _invite(settings, profile))
        run(settings)
    except KeyboardInterrupt:
        click.echo("\n已停止，下次启动接着来。")


def for_visitors(settings: Settings) -> Settings:
    """Demo mode; where other machines may come, phones of the same network get their lists without TLS too."""
    return settings.model_copy(
        update={
            "demo": True,
            "allow_lists_without_tls": settings.allow_lists_without_tls or not _is_loopback(settings.host),
        }
    )


def address_for_phones(settings: Settings) -> str:
    """The address to print: the one set, or one under which a phone on the same network reaches this machine."""
    if settings.base_url:
        return settings.base_url.rstrip("/")
    host = _own_address() if settings.host in _EVERY_ADDRESS else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _own_address() -> str:
    """This machine's address on its network. Connecting a datagram socket chooses a route and sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _invite(settings: Settings, profile: str | None) -> Invitation:
    """Bring the county up to the present and write down who may come in."""
    database = Database(settings.url)
    try:
        seeded = _seed(database, settings.data_dir / "demo_state.json", profile)
        today = local_day(database.clock())
    except NotTheDemo as refusal:
        raise click.ClickException(
            "这个数据库里已经有一个县，不是演示县。请另选数据目录（DATA=…），或用 wangge serve 启动。"
        ) from refusal
    except AnotherMechanism as refusal:
        made_under = _name_of(refusal.made_under)
        raise click.ClickException(
            f"这个目录里的演示县是按{made_under}的方案造的。换方案请另选一个空目录（DATA=…），原来的会留着。"
        ) from refusal
    finally:
        database.close()
    invited = invitation(seeded, base_url=address_for_phones(settings), on=today)
    written = settings.data_dir / "demo.json"
    written.write_text(json.dumps(invited, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return invited


def _seed(database: Database, state: Path, profile: str | None) -> Seeded:
    if not state.exists():
        click.echo(f"第一次启动：正在造演示县“{COUNTY_NAME}”（虚构）的地图、名册和人员……")
    return seed(database, state, profile=profile, progress=_show)


def _name_of(profile: str) -> str:
    """Whose mechanism a shipped profile is."""
    return parse_profile(profiles.source(profile)).name


def _show(done: int, whole: int) -> None:
    click.echo(f"\r{COUNTY_NAME}的日子：{done * 100 // whole}%", nl=done == whole)


def _welcome(settings: Settings, invited: Invitation) -> None:
    rows = [
        (Role(account["role"]).label, account["username"], account["password"], account["scope"])
        for account in one_of_each_role(invited["accounts"])
    ]
    click.echo(table(("身份", "用户名", "密码", "管辖"), rows))
    worker = invited["app_users"][0]
    click.echo(f"\n网页：{invited['base_url']}")
    click.echo(f"手机（浏览器打开，{worker['display_name']}）：{worker['phone_url']}")
    click.echo(f"手机（ODK Collect，{worker['display_name']}）：{worker['openrosa_url']}")
    for unit in invited["units"]:
        click.echo(f"单位（浏览器打开，{unit['name']}）：{unit['url']}")
    click.echo(f"居民（扫码打开的页面）：{invited['residents']['url']}")
    click.echo(f"机制方案：{_name_of(invited['profile'])}")
    click.echo(f"全部账号和手机地址：{settings.data_dir / 'demo.json'}")
    if not _is_loopback(settings.host):
        click.echo("演示：同一网络的手机不加密也能下载名单；名单里的人都是虚构的。真用时请走 https。")
    click.echo("按 Ctrl-C 停止。")
