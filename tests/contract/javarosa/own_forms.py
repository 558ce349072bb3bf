"""Forms of a county's own, as these tests need them."""

from __future__ import annotations

from tests.instances import VERSION

MEASURES = f"""
| survey |
| | type | name | label |
| | integer | wells | 几口井 |
| | decimal | depth | 多深（米） |
| | date | dug_on | 哪天挖的 |
| | time | seen_at | 几点看的 |
| | datetime | tested_at | 什么时候化验的 |
| | select_multiple use | uses | 做什么用 |
| | text | words | 说两句 |
| | geopoint | well | 井在哪里 |
| | geotrace | pipe | 管子怎么走 |
| | geoshape | field | 浇哪块地 |
| choices |
| | list_name | name | label |
| | use | drink | 喝 |
| | use | water | 浇地 |
| settings |
| | form_id | form_title | version | instance_name |
| | well_measures | 水井测量 | {VERSION} | concat(${{wells}}, '口井') |
"""


def sealed_letter(public_key: str) -> str:
    """A form whose records only the other half of a key opens."""
    return f"""
| survey |
| | type | name | label |
| | text | words | 说两句 |
| | image | photo | 拍一张 |
| settings |
| | form_id | form_title | version | public_key |
| | sealed_letter | 密封来信 | {VERSION} | {public_key} |
"""


def wells(form_id: str, *, version: str = VERSION, and_also: str = "") -> str:
    """A form of one question, or of two: each test that closes or renews a form has one of its own."""
    second = f"| | text | more | {and_also} |" if and_also else ""
    return f"""
| survey |
| | type | name | label |
| | text | words | 哪口井 |
{second}
| settings |
| | form_id | form_title | version | client_editable |
| | {form_id} | 水井 | {version} | yes |
"""
