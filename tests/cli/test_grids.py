"""Boundaries in from surveyors' files, and out again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from click.testing import Result
from shapely import Polygon, box

from gis import grid_files
from gis.coordinates import convert
from gis.grid_files import Columns, GridFileRefused
from gis.grid_upload import laid_out
from server.database import Database
from server.domain.people import SYSTEM
from server.domain.work_calendar import local_day
from server.settings import Settings
from server.storage import grids
from tests.cli.conftest import Run

FIRST, SECOND = "509901101001001", "509901101001002"
SQUARES = {FIRST: box(108.00, 30.00, 108.01, 30.01), SECOND: box(108.01, 30.00, 108.02, 30.01)}


def feature(code: str | int | None, shape: Any, name: str | None = "网格", **more: str) -> dict[str, Any]:
    outline = None if shape is None else shapely.geometry.mapping(shape)
    return {"type": "Feature", "properties": {"bm": code, "mc": name, **more}, "geometry": outline}


def write(path: Path, *features: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def import_(run: Run, file: Path, *more: str) -> Result:
    return run("grid", "import", file, "--datum", "wgs84", "--code-field", "bm", "--name-field", "mc", *more)


@pytest.fixture
def two_squares(tmp_path: Path) -> Path:
    return write(
        tmp_path / "grids.geojson", *(feature(code, shape, lb="专属") for code, shape in SQUARES.items())
    )


def outlines(settings: Settings) -> dict[str, Any]:
    database = Database(settings.url)
    with database.read(SYSTEM) as reading:
        found = dict(grids.outlines(reading.session, scope=SYSTEM.scope, on=local_day(reading.now)))
    database.close()
    return found


def test_grids_are_imported_exported_and_imported_again(
    deployment: Settings, run: Run, set_up: str, two_squares: Path, tmp_path: Path
) -> None:
    done = import_(run, two_squares, "--kind-field", "lb", "--effective", "2026-01-01")
    assert done.exit_code == 0, done.output
    assert "已导入 2 个网格" in done.output
    for option, file in (
        ("--gpkg", tmp_path / "out.gpkg"),
        ("--geojson", tmp_path / "out.geojson"),
        ("--kml", tmp_path / "out.kml"),
        ("--shp", tmp_path / "out.zip"),
    ):
        assert run("grid", "export", option, file).exit_code == 0
        with laid_out(file.read_bytes()) as laid:
            file = tmp_path / laid.name
            for part in laid.parent.iterdir():
                shutil.copy(part, tmp_path / part.name)
        name = "Name" if option == "--kml" else "name"
        drawn = grid_files.opened(file).drawn(columns=Columns("code", name, "kind"), datum="wgs84")
        assert [(each.code, each.kind) for each in drawn] == [(FIRST, "专属"), (SECOND, "专属")]
        assert all(each.geometry.equals(SQUARES[each.code]) for each in drawn)
        again = run(
            *("grid", "import", file, "--datum", "wgs84", "--code-field", "code", "--name-field", name),
            *("--kind-field", "kind", "--effective", "2026-02-01"),
        )
        assert again.exit_code == 0, again.output
        assert "没有差别" in again.output


def test_a_map_in_another_datum_is_converted_once(
    deployment: Settings, run: Run, set_up: str, tmp_path: Path
) -> None:
    there = convert(SQUARES[FIRST], source="wgs84", target="gcj02")
    file = write(tmp_path / "gcj.geojson", feature(FIRST, there))
    assert import_(run, file, "--datum", "gcj02").exit_code == 0
    assert shapely.hausdorff_distance(outlines(deployment)[FIRST], SQUARES[FIRST]) < 1e-7


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (feature("5099011010", SQUARES[SECOND]), "不是 15 位数字"),
        (feature(FIRST, SQUARES[SECOND]), "出现了 2 次"),
        (feature(SECOND, None), "没有边界"),
        (
            feature(SECOND, Polygon([(108.02, 30), (108.03, 30.01), (108.03, 30), (108.02, 30.01)])),
            "边界自相交",
        ),
        (feature("509901101009001", SQUARES[SECOND]), "这个村（社区）还没有设立"),
        (feature("510000101009001", SQUARES[SECOND]), "这个县（区）还没有设立"),
        (feature(SECOND, SQUARES[SECOND], lb="大号"), "不是一般或专属"),
    ],
)
def test_a_wrong_map_is_refused_whole(
    deployment: Settings, run: Run, set_up: str, tmp_path: Path, wrong: dict[str, Any], words: str
) -> None:
    file = write(tmp_path / "wrong.geojson", feature(FIRST, SQUARES[FIRST], lb=""), wrong)
    refused = import_(run, file, "--kind-field", "lb")
    assert refused.exit_code == 2
    assert words in refused.output
    assert "没有导入" in refused.output
    assert outlines(deployment) == {}


def test_an_overlap_is_listed_with_its_area_and_taken_in_where_it_is_allowed(
    deployment: Settings, run: Run, set_up: str, tmp_path: Path
) -> None:
    wider = box(108.009, 30.00, 108.02, 30.01)
    file = write(tmp_path / "o.geojson", feature(FIRST, SQUARES[FIRST]), feature(SECOND, wider))
    refused = import_(run, file)
    assert refused.exit_code == 2
    assert f"{FIRST} {SECOND}" in refused.output
    assert "重叠 106," in refused.output
    assert outlines(deployment) == {}
    done = import_(run, file, "--allow", "overlap")
    assert done.exit_code == 0, done.output
    assert "重叠 106," in done.output


def test_a_shape_without_a_code_is_left_out_and_said_so(
    deployment: Settings, run: Run, set_up: str, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "some.geojson", feature(FIRST, SQUARES[FIRST]), feature(None, SQUARES[SECOND], name=None)
    )
    done = import_(run, file)
    assert "「第 2 个图形」没有网格编码，不导入" in done.output
    assert list(outlines(deployment)) == [FIRST]
    nothing = import_(run, write(tmp_path / "none.geojson", feature("", SQUARES[SECOND])))
    assert nothing.exit_code == 2


def test_unknown_villages_are_set_up_when_asked_for(run: Run, set_up: str, tmp_path: Path) -> None:
    new = feature("509901102001001", SQUARES[FIRST], cun="松林村")
    file = write(tmp_path / "new.geojson", new)
    done = import_(run, file, "--create-divisions", "--village-field", "cun")
    assert done.exit_code == 0, done.output
    assert "一并设立了 2 个区划" in done.output


def test_a_code_kept_as_a_number_keeps_its_digits(tmp_path: Path) -> None:
    file = write(tmp_path / "n.geojson", feature(int(FIRST), SQUARES[FIRST], name=None))
    (drawn,) = grid_files.opened(file).drawn(columns=Columns("bm", "mc"), datum="wgs84")
    assert (drawn.code, drawn.name) == (FIRST, FIRST)


def test_a_file_that_is_no_map_is_refused(run: Run, set_up: str, two_squares: Path, tmp_path: Path) -> None:
    missing = run(
        "grid", "import", two_squares, "--datum", "wgs84", "--code-field", "x", "--name-field", "mc"
    )
    assert missing.exit_code == 2
    assert "文件里没有字段 x。有的是：bm、mc、lb" in missing.output
    table = tmp_path / "table.csv"
    table.write_text("bm,mc\n1,2\n", encoding="utf-8")
    for file in (table, Path(__file__)):
        with pytest.raises(GridFileRefused):
            grid_files.opened(file).drawn(columns=Columns("bm", "mc"), datum="wgs84")
    assert run("grid", "export").exit_code == 2
    assert run("grid", "export", "--gpkg", tmp_path / "x.gpkg").exit_code == 2


def test_an_old_shapefile_in_gbk_is_read(tmp_path: Path) -> None:
    file = tmp_path / "old.shp"
    pyogrio.raw.write(
        file,
        geometry=shapely.to_wkb(np.array([SQUARES[FIRST]])),
        field_data=[np.array([FIRST], dtype=object), np.array(["石桥一格"], dtype=object)],
        fields=["bm", "mc"],
        driver="ESRI Shapefile",
        geometry_type="Polygon",
        crs="EPSG:4490",
        encoding="GBK",
    )
    file.with_suffix(".cpg").unlink(missing_ok=True)
    (drawn,) = grid_files.opened(file, encoding="GBK").drawn(columns=Columns("bm", "mc"), datum="cgcs2000")
    assert (drawn.code, drawn.name) == (FIRST, "石桥一格")
    assert drawn.geometry is not None
    assert drawn.geometry.equals(SQUARES[FIRST])


def test_a_wrong_outline_is_repaired_when_asked_for_and_said_so(
    deployment: Settings, run: Run, set_up: str, tmp_path: Path
) -> None:
    bow = Polygon([(108, 30), (108.01, 30.01), (108.01, 30), (108, 30.01)])
    file = write(tmp_path / "bow.geojson", feature(FIRST, bow))
    assert import_(run, file).exit_code == 2
    done = import_(run, file, "--make-valid")
    assert done.exit_code == 0, done.output
    assert "边界已修复，面积由" in done.output
    assert outlines(deployment)[FIRST].is_valid


def test_known_places_tell_that_the_wrong_datum_was_declared(
    deployment: Settings, run: Run, set_up: str, tmp_path: Path
) -> None:
    small = {FIRST: box(108.00, 30.00, 108.002, 30.002), SECOND: box(108.002, 30.00, 108.004, 30.002)}
    there = {code: convert(shape, source="wgs84", target="gcj02") for code, shape in small.items()}
    file = write(tmp_path / "gcj.geojson", *(feature(code, shape) for code, shape in there.items()))
    places = tmp_path / "places.csv"
    places.write_text("经度,纬度\n108.001,30.001\n108.003,30.001\n", encoding="utf-8")
    looked = import_(run, file, "--points", places, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "若文件是 GCJ-02" in looked.output
    assert "只是预览，没有导入" in looked.output
    assert outlines(deployment) == {}
    right = import_(run, file, "--points", places, "--datum", "gcj02")
    assert "核对坐标系" not in right.output
    places.write_text("x,y\n1,2\n", encoding="utf-8")
    assert "有“经度”“纬度”两列" in import_(run, file, "--points", places).output


def test_grids_that_a_map_of_their_village_leaves_out_end_when_asked_for(
    deployment: Settings, run: Run, set_up: str, two_squares: Path, tmp_path: Path
) -> None:
    import_(run, two_squares)
    wide = write(tmp_path / "one.geojson", feature(FIRST, box(108.00, 30.00, 108.02, 30.01)))
    overlapping = import_(run, wide)
    assert overlapping.exit_code == 2, "the grid in force is still there"
    done = import_(run, wide, "--end-missing")
    assert done.exit_code == 0, done.output
    assert "改界 1 个" in done.output
    assert "取消 1 个" in done.output
    assert list(outlines(deployment)) == [FIRST]


def test_a_population_in_the_file_is_kept(
    deployment: Settings, run: Run, set_up: str, tmp_path: Path
) -> None:
    def people(*told: object) -> list[int | None]:
        file = write(
            tmp_path / "p.geojson",
            *(
                feature(code, shape, name=code[-1:], rk=said)  # type: ignore[arg-type]
                for (code, shape), said in zip(SQUARES.items(), told, strict=True)
            ),
        )
        done = import_(run, file, "--population-field", "rk")
        assert done.exit_code == 0, done.output
        database = Database(deployment.url)
        with database.read(SYSTEM) as reading:
            found = [grid.population for grid in grids.listing(reading.session, scope=SYSTEM.scope)]
        database.close()
        return found

    assert people(420, "约五百") == [420, None]
    assert people(0, 510) == [420, 510], "what a file does not say stays"
