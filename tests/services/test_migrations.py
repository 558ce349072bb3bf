"""One line of migrations, the same tables on both databases, and the indexes that QGIS and analysts count on."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from server.storage import migrations
from server.storage.comments import COMMENTS
from server.storage.geometry import geometry


def test_there_is_one_newest_migration_and_the_head_file_names_it() -> None:
    script = ScriptDirectory(str(migrations.FOLDER))
    (head,) = script.get_heads()
    newest = Path(script.get_revision(head).path).stem
    assert (migrations.FOLDER / "HEAD").read_text().strip() == newest


def test_an_upgrade_from_empty_gives_exactly_the_tables_the_models_name(database_url: str) -> None:
    command.check(migrations.config(database_url))
    engine = sa.create_engine(database_url)
    assert migrations.is_current(engine)
    named = sa.inspect(engine).get_table_names()
    there = {name for name in named if not name.startswith(("huey_", "alembic_", "spatial_ref_"))}
    engine.dispose()
    assert there == set(migrations.every_table().tables)


def test_a_database_without_migrations_is_not_current(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    assert not migrations.is_current(engine)
    engine.dispose()


def test_every_geometry_column_has_a_spatial_index_on_postgis(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            indexed = set(
                connection.execute(
                    sa.text(
                        "SELECT tablename || '.' || substring(indexdef FROM '\\((\\w+)\\)')"
                        " FROM pg_indexes WHERE indexdef LIKE '%USING gist%'"
                    )
                ).scalars()
            )
        declared = {
            f"{table.name}.{index.columns[0].name}"
            for table in migrations.every_table().tables.values()
            for index in table.indexes
            if index.dialect_kwargs.get("postgresql_using") == "gist"
        }
        assert declared
        assert indexed >= declared
    engine.dispose()


def test_whoever_opens_a_table_with_places_in_qgis_reads_what_it_is(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    placed = {
        (table.name, column.name): column.comment
        for table in migrations.every_table().tables.values()
        for column in table.columns
        if isinstance(column.type, type(geometry("POINT")))
    }
    assert ("grid_boundaries", "outline") in placed
    inspector = sa.inspect(engine)
    for table, column in placed:
        assert "WGS-84" in (placed[table, column] or "")
        if engine.dialect.name == "postgresql":
            kept = {each["name"]: each["comment"] for each in inspector.get_columns(table)}
            assert kept[column] == placed[table, column]
            assert inspector.get_table_comment(table)["text"] == COMMENTS[table][0]
    engine.dispose()


def test_an_upgrade_that_breaks_half_way_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'half.sqlite'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE visits (in_the_way INTEGER)"))
    with pytest.raises(sa.exc.OperationalError):
        migrations.upgrade(url)
    assert sa.inspect(engine).get_table_names() == ["visits"]
    engine.dispose()
