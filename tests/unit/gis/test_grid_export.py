"""Layers of shapes written for QGIS, Google Earth and surveyors."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pyogrio
import pyogrio.raw
import pytest
import shapely
from shapely import MultiPolygon, Point, box

from gis.coordinates import convert
from gis.grid_export import Field, Format, Layer, can_declare, write

SQUARE = MultiPolygon([box(108, 30, 108.01, 30.01)])
GRIDS = Layer(
    name="grids",
    title="网格",
    geometry_type="MultiPolygon",
    shapes=[SQUARE],
    fields=[Field("code", "网格编码", ["500233001001001"]), Field("people", "常住人口", [420])],
)
POINTS = Layer(
    name="must_see",
    title="必巡点",
    geometry_type="Point",
    shapes=[Point(108.001, 30.001)],
    fields=[Field("name", "名称", ["泵房"])],
)


def test_a_geopackage_holds_every_layer_with_chinese_names_beside_its_own(tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    write(path, [GRIDS, POINTS], to="gpkg")
    assert pyogrio.list_layers(path).tolist() == [["grids", "MultiPolygon"], ["must_see", "Point"]]
    assert pyogrio.read_info(path, layer="grids")["dtypes"].tolist() == ["object", "int64"]
    with closing(sqlite3.connect(path)) as database:
        names = database.execute("SELECT identifier FROM gpkg_contents ORDER BY table_name").fetchall()
        labels = database.execute("SELECT column_name, name FROM gpkg_data_columns").fetchall()
    assert names == [("网格（WGS-84）",), ("必巡点（WGS-84）",)]
    assert dict(labels) == {"code": "网格编码", "people": "常住人口", "name": "名称"}


@pytest.mark.parametrize("to", ["gpkg", "geojson", "kml"])
def test_an_existing_file_is_replaced(tmp_path: Path, to: Format) -> None:
    path = tmp_path / f"out.{to}"
    for _ in range(2):
        write(path, [GRIDS], to=to)
    assert pyogrio.read_info(path, force_feature_count=True)["features"] == 1


def test_a_shapefile_is_one_archive_that_says_its_encoding_and_datum(tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    write(path, [GRIDS], to="shp", datum="cgcs2000")
    with zipfile.ZipFile(path) as archive:
        assert {"grids.shp", "grids.shx", "grids.dbf", "grids.prj", "grids.cpg"} <= set(archive.namelist())
        assert b"China_2000" in archive.read("grids.prj")
        assert archive.read("grids.cpg") == b"UTF-8"


def test_another_datum_is_converted_to_and_named(tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    write(path, [GRIDS], to="gpkg", datum="gcj02")
    _, _, outlines, _ = pyogrio.raw.read(path)
    there = convert(SQUARE, source="wgs84", target="gcj02")
    assert shapely.hausdorff_distance(shapely.from_wkb(outlines[0]), there) < 1e-9
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT identifier FROM gpkg_contents").fetchall() == [("网格（GCJ-02）",)]
    assert "GCJ-02" in pyogrio.read_info(path)["crs"]


def test_only_kml_is_bound_to_one_datum() -> None:
    assert can_declare("kml", "wgs84")
    assert can_declare("geojson", "bd09")
    assert not can_declare("kml", "gcj02")
