"""第二人复核: a county that wants a second pair of eyes before a matter is refused, put into force through the pages.

None of the seven sources asks for it; the mechanism of 忠县 is changed in this one value, as any county may.
"""

from __future__ import annotations

from collections.abc import Callable

from server import profiles
from tests.scenarios.world import World

ALONE, TOGETHER = "second_person = false", "second_person = true"


def test_who_registered_a_matter_does_not_refuse_it_alone(world: Callable[[str], World]) -> None:
    here = world("zhongxian")
    cadre, official, assessor = here.person("cadre"), here.person("official"), here.person("assessor")
    before = cadre.takes_in("想在路上晒谷", "ZX-03", kind="order")
    cadre.does(before, "register", "ZX-30")
    a_second_pair_of_eyes_is_wanted(here, from_="2026-08-25")

    here.on(8, 25)
    assert "reject" in cadre.may_do(before)  # it keeps the mechanism it came in under
    wish = cadre.takes_in("想在河滩上建棚", "ZX-03", kind="order")
    cadre.does(wish, "register", "ZX-30")
    assert "reject" not in cadre.may_do(wish)
    official.does(wish, "reject", "S2b", reason="违反法律法规", words="河滩上不能建棚")
    cadre.does(wish, "feed_back", "S4#21", words="河滩上不能建棚", means="电话")
    reporter = here.reporter(wish)
    reporter.does(wish, "appeal", "S4#21", words="只是放工具")
    assert "decide_appeal" not in official.may_do(wish)  # nor does who refused it judge the appeal
    assessor.does(wish, "decide_appeal", "S2b", upheld="维持不予受理", words="河道管理范围内不得搭建")
    assert "河道管理范围内不得搭建" in reporter.reads()


def a_second_pair_of_eyes_is_wanted(world: World, *, from_: str) -> None:
    """The mechanism's file, changed in one line, looked at and installed by the administrator."""
    text = profiles.source("zhongxian")
    assert text.count(ALONE) == 1
    admin = world.person("admin")
    looked_at = admin.browser.sends(
        admin.opens("/mechanism/change"),
        "/mechanism/examine",
        file=text.replace(ALONE, TOGETHER).encode(),
        effective_from=from_,
    )
    admin.browser.sends(looked_at, "/mechanism/install")
    world.diary.notes(admin.name, "install", "S2b")
