"""Notifications: who is told what, once, at a decent hour; what nobody knows of is shown and never sent again by itself."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from server.database import Database
from server.domain import resident_code
from server.domain.people import SYSTEM
from server.jobs import outbox
from server.jobs.gateways import AppriseGateway, LogGateway, WebhookGateway, gateway
from server.jobs.notifying import Sender, send_due
from server.services import deliveries
from server.services.demands import attention, dispatch, handling, triage
from server.settings import Settings
from server.storage.demands import Demand
from server.storage.notifications import Delivery
from server.storage.posts import Account
from tests.conftest import Clock
from tests.demands import Story
from tests.factories import County
from tests.pages import cells, read, sign_in, words
from tests.phones import rows
from tests.receiver import Receiver
from tests.residents import Resident

PHONE = "13900001234"
SECRET = "s" * 40
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def story(client: FlaskClient, county: County, database: Database, clock: Clock) -> Story:
    return Story(client, county, database, clock)


@pytest.fixture
def resident(client: FlaskClient, story: Story) -> Resident:
    return Resident(client)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.kill()


@pytest.fixture
def sender(receiver: Receiver, clock: Clock) -> Sender:
    return Sender(WebhookGateway(receiver.url, secret=SECRET, clock=clock), "https://qinglan.example", SECRET)


def told(database: Database) -> list[Delivery]:
    """Every message, in order."""
    return sorted(rows(database, Delivery), key=lambda row: row.id)


def states(database: Database) -> list[tuple[str, str]]:
    return [(row.what, row.state) for row in told(database)]


def pass_on(story: Story, sender: Sender) -> int:
    """Let the worker's minute come: events are handed on, messages leave."""
    outbox.hand_on(story.database)
    return send_due(story.database, sender)


def give_numbers(story: Story, *names: str) -> None:
    with story.database.transaction(SYSTEM) as work:
        for place, name in enumerate(names):
            account = work.session.get_one(Account, story.county.accounts[name])
            account.telephone = f"1380000{place:04d}"


def raise_matters(story: Story, resident: Resident, number: int, **fields: str) -> list[Demand]:
    """So many matters of residents, without a telephone unless `fields` say one, classified by the village."""
    for each in range(number):
        resident.report(words=f"第{each}盏路灯不亮", **fields)
    for demand in story.demands():
        with story.office() as work:
            triage.register(work, demand.id)
            triage.list_(work, demand.id)
            triage.classify(work, demand.id, "COMMUNITY")
    return story.demands()


def assign(story: Story, demand: Demand, name: str = "worker") -> None:
    with story.office() as work:
        dispatch.assign(
            work,
            demand.id,
            handler_id=story.county.accounts[name],
            measure="换灯",
            deadline=story.clock.now.date() + 3 * DAY,
        )


def test_a_resident_is_told_his_number_and_where_to_look(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    resident.report(phone=PHONE)
    assert pass_on(story, sender) == 1
    (heard,) = receiver.heard
    (row,) = told(story.database)
    assert heard.said == {
        "key": str(row.key),
        "what": "received",
        "to": {"telephone": PHONE, "is_resident": True},
        "number": resident.number,
        "words": f"您反映的事已收到，编号{resident.number}。",
        "link": f"https://qinglan.example/r/t/{resident.number}/"
        + resident_code.code_of(resident.number, secret=SECRET),
        "code": resident_code.code_of(resident.number, secret=SECRET),
    }
    assert heard.headers["idempotency-key"] == str(row.key)
    assert heard.is_signed(SECRET)
    assert not heard.is_signed("t" * 40)
    assert (row.state, row.gateway) == ("sent", "webhook")


def test_the_same_event_handed_on_again_tells_nobody_twice(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    resident.report(phone=PHONE)
    pass_on(story, sender)
    with story.database.transaction(SYSTEM) as work:
        work.session.connection().exec_driver_sql("UPDATE events SET handed_on_at = NULL")
    assert pass_on(story, sender) == 0
    assert len(receiver.heard) == 1


def test_without_a_number_nothing_is_written(story: Story, resident: Resident, sender: Sender) -> None:
    resident.report()
    assert pass_on(story, sender) == 0
    assert told(story.database) == []


def test_without_a_gateway_nothing_is_sent_and_nothing_waits(
    story: Story, resident: Resident, capsys: pytest.CaptureFixture[str]
) -> None:
    resident.report(phone=PHONE)
    assert pass_on(story, Sender(LogGateway(), None, SECRET)) == 1
    assert states(story.database) == [("received", "logged")]
    logged = capsys.readouterr().out
    assert "notification" in logged
    assert PHONE not in logged
    assert resident_code.code_of(resident.number, secret=SECRET) not in logged


def test_each_step_that_concerns_him_is_told_to_the_reporter(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    resident.report(phone=PHONE)
    demand = story.only_demand()
    with story.office() as work:
        triage.register(work, demand.id)
        triage.ask_info(work, demand.id, words="哪一栋？")
    assert resident.do("supply", words="2栋").status_code == 303
    with story.office() as work:
        triage.reject(work, demand.id, reason="untrue", words="去看过，灯是亮的。")
    pass_on(story, sender)
    assert [each.said["what"] for each in receiver.heard] == ["received", "need_info", "rejected"]
    assert "原因：现场核实不属实" in receiver.heard[-1].said["words"]
    assert not any("哪一栋" in each.body.decode() for each in receiver.heard)


def test_whoever_is_given_a_matter_is_told_and_whoever_gave_it_when_it_comes_back(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    give_numbers(story, "cadre", "worker", "official")
    (demand,) = raise_matters(story, resident, 1)
    assign(story, demand)
    pass_on(story, sender)
    assert [(each.said["what"], each.said["to"]["telephone"]) for each in receiver.heard] == [
        ("assigned", "13800000001")
    ]
    assert receiver.heard[0].said["link"] == f"https://qinglan.example/cases/{demand.id}"
    assert receiver.heard[0].said["code"] is None
    with story.office("official") as work:
        attention.urge(work, demand.id, words="快一点")
    pass_on(story, sender)
    with story.office("worker") as work:
        handling.return_order(work, demand.id, reason="not_ours", words="路灯归镇里管")
    pass_on(story, sender)
    assert [(each.said["what"], each.said["to"]["telephone"]) for each in receiver.heard[1:]] == [
        ("urged", "13800000001"),
        ("returned", "13800000000"),
    ]


def test_whoever_must_agree_is_told_and_the_reporter_once_it_is_put_off(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    give_numbers(story, "official")
    (demand,) = raise_matters(story, resident, 1, phone=PHONE)
    assign(story, demand)
    later = story.clock.now.date() + 20 * DAY
    with story.office("worker") as work:
        handling.start(work, demand.id)
        handling.ask(work, demand.id, request="suspension", until=later, words="等配件")
    with story.office("official") as work:
        handling.approve(work, demand.id, until=later, words="配件到货后马上换。")
    pass_on(story, sender)
    told_of = [(each.said["what"], each.said["to"]["telephone"]) for each in receiver.heard]
    assert told_of == [("received", PHONE), ("asked", "13800000000"), ("suspended", PHONE)]
    assert "暂时办不了" in resident.stands()
    assert "配件到货后马上换。" in words(resident.look())


def test_what_is_merged_is_told_to_every_reporter(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    numbers = []
    for phone in (PHONE, "13900005678"):
        resident.report(phone=phone)
        numbers.append(resident.number)
    master, other = story.demands()
    with story.office() as work:
        triage.register(work, master.id)
        triage.merge(work, other.id, master_id=master.id)
        triage.ask_info(work, master.id, words="哪一栋？")
    pass_on(story, sender)
    asked = [each.said for each in receiver.heard if each.said["what"] == "need_info"]
    assert {each["to"]["telephone"] for each in asked} == {PHONE, "13900005678"}


def test_at_night_messages_wait_for_the_morning(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    story.clock.now += 13 * HOUR  # 22:00
    resident.report(phone=PHONE)
    assert pass_on(story, sender) == 0
    story.clock.now += 10 * HOUR
    assert pass_on(story, sender) == 1


def test_the_thirteenth_of_a_day_comes_with_the_others_in_the_morning(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    give_numbers(story, "worker")
    for demand in raise_matters(story, resident, 15):
        assign(story, demand)
    pass_on(story, sender)
    assert len(receiver.heard) == 12
    assert pass_on(story, sender) == 0
    story.clock.now += DAY
    assert pass_on(story, sender) == 1
    assert receiver.heard[-1].said["words"] == "您有3条消息：派给您3条。"
    assert Counter(state for _, state in states(story.database)) == {"sent": 13, "gathered": 3}


def test_a_receiver_that_is_down_gets_each_message_once_when_it_is_back(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    receiver.kill()
    for each in range(3):
        resident.report(phone=f"1390000000{each}")
    pass_on(story, sender)
    assert {state for _, state in states(story.database)} == {"waiting"}
    receiver.start()
    for _ in range(4):
        story.clock.now += MINUTE
        pass_on(story, sender)
    assert {state for _, state in states(story.database)} == {"sent"}
    assert len(receiver.heard) == len({each.headers["idempotency-key"] for each in receiver.heard}) == 3


def test_a_receiver_that_stays_away_is_given_up_and_shown(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    receiver.kill()
    resident.report(phone=PHONE)
    for _ in range(8):
        pass_on(story, sender)
        story.clock.now += 4 * HOUR
    assert [(row.state, row.trouble) for row in told(story.database)] == [("failed", "unreachable")]


def test_an_answer_that_never_came_is_unknown_until_a_person_decides(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    receiver.manner = "hangs_up"
    resident.report(phone=PHONE)
    pass_on(story, sender)
    assert states(story.database) == [("received", "unknown")]
    receiver.kill()
    receiver.manner = "takes"
    receiver.start()
    for _ in range(5):
        story.clock.now += HOUR
        assert pass_on(story, sender) == 0
    sign_in(story.client, "cadre")
    (row,) = read(story.client, "/notifications?show=unknown").iterfind(".//tbody/tr")
    assert cells(row)["给谁"] == "反映人"
    assert "网关没有回话" in cells(row)["情况"]
    (form,) = row.iterfind(".//form")
    assert story.client.post(form.get("action")).status_code == 303
    assert pass_on(story, sender) == 1
    first, again = receiver.heard
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]
    refused = story.client.post(form.get("action"), follow_redirects=True)
    assert "不用再发" in refused.text


@pytest.mark.parametrize(
    ("manner", "state", "trouble"),
    [("refuses", "failed", "refused_422"), ("breaks", "waiting", "broken_503")],
)
def test_a_refusal_is_final_and_a_breakdown_is_not(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender, manner, state, trouble
) -> None:
    receiver.manner = manner
    resident.report(phone=PHONE)
    pass_on(story, sender)
    (row,) = told(story.database)
    assert (row.state, row.trouble) == (state, trouble)


WORKER = """
import sys
from server.database import Database
from server.jobs.gateways import WebhookGateway
from server.jobs.notifying import Sender, send_due
import datetime as dt

now = dt.datetime.fromisoformat(sys.argv[3])
database = Database(sys.argv[1], clock=lambda: now)
send_due(database, Sender(WebhookGateway(sys.argv[2], secret="s", clock=lambda: now), None, "s" * 40))
"""


def test_a_worker_killed_while_sending_leaves_one_message_of_which_nobody_knows(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender, settings: Settings
) -> None:
    for each in range(3):
        resident.report(phone=f"1390000000{each}")
    outbox.hand_on(story.database)
    receiver.manner = "holds"
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, settings.url, receiver.url, story.clock.now.isoformat()]
    )
    until = time.monotonic() + 30
    while not receiver.heard and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    receiver.manner = "takes"
    receiver.released.set()
    pass_on(story, sender)
    assert Counter(state for _, state in states(story.database)) == {"sending": 1, "sent": 2}
    story.clock.now += deliveries.LOST_AFTER + MINUTE
    for _ in range(3):
        assert pass_on(story, sender) == 0
        story.clock.now += HOUR
    assert Counter(state for _, state in states(story.database)) == {"unknown": 1, "sent": 2}
    assert len({each.headers["idempotency-key"] for each in receiver.heard}) == len(receiver.heard) == 3


def test_two_workers_send_each_message_once(
    story: Story, resident: Resident, receiver: Receiver, settings: Settings
) -> None:
    for each in range(10):
        resident.report(phone=f"1390000000{each}")
    outbox.hand_on(story.database)

    def work() -> None:
        own = Database(settings.url, clock=story.clock)
        sender = Sender(WebhookGateway(receiver.url, secret=SECRET, clock=story.clock), None, SECRET)
        send_due(own, sender)
        own.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    keys = Counter(each.headers["idempotency-key"] for each in receiver.heard)
    assert len(keys) == 10
    assert set(keys.values()) == {1}


def test_nobody_is_told_today_of_what_happened_last_week(
    story: Story, resident: Resident, receiver: Receiver, sender: Sender
) -> None:
    resident.report(phone=PHONE)
    story.clock.now += 7 * DAY
    assert pass_on(story, sender) == 0
    assert told(story.database) == []


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # a shim of Apprise's for older libraries
def test_apprise_is_given_the_number_and_logs_none(
    story: Story, resident: Resident, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    address = receiver.url.replace("http://", "json://") + "/{phone}"
    apprise = Sender(AppriseGateway(residents=address, staff=None), "https://qinglan.example", SECRET)
    give_numbers(story, "worker")
    resident.report(phone=PHONE)
    pass_on(story, apprise)
    (heard,) = receiver.heard
    assert heard.path == f"/messages/{PHONE}"
    assert resident.number in heard.said["message"]
    assert states(story.database) == [("received", "sent")]
    receiver.manner = "refuses"
    resident.report(phone=PHONE)
    pass_on(story, apprise)
    assert states(story.database)[-1] == ("received", "unknown")
    assert PHONE not in caplog.text


def test_the_gateway_is_the_one_the_deployment_has_set_up(clock: Clock) -> None:
    assert gateway(Settings(), clock=clock).name == "log"
    hooked = Settings(notify_webhook="http://127.0.0.1:1/", notify_webhook_secret="s")
    assert gateway(hooked, clock=clock).name == "webhook"
    assert gateway(Settings(notify_staff="wecombot://key"), clock=clock).name == "apprise"


@pytest.mark.parametrize(
    "given", [{"notify_residents": "wecombot://group"}, {"notify_webhook": "http://127.0.0.1:1/"}]
)
def test_a_resident_s_message_never_goes_to_a_group_nor_unsigned(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="WANGGE_NOTIFY"):
        Settings(**given)  # type: ignore[arg-type]
