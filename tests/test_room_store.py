"""The file of the rooms: what survives in it, and what is noticed when it is tampered with."""

import os
import shutil
import sqlite3
import stat
import time

import pytest

from sim.app.store import DEEP, NotStored, Store
from sim.app.tables import Add, Drop, Set
from sim.config import ConfigError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rooms.sqlite"


@pytest.fixture
def store(path):
    made = Store(path)
    made.write([class_row(1), class_row(2)])
    yield made
    made.close()


def class_row(number, title="IR 101"):
    row = {"id": number, "title": title, "key": "k", "created": 1.0, "salt": "s"}
    return Add("classes", row)


def titles(path):
    """What another process finds in the file."""
    with sqlite3.connect(path) as file:
        return dict(file.execute("SELECT id, title FROM classes"))


def aside(path):
    return sorted(p.name for p in path.parent.iterdir() if "set-aside" in p.name)


def test_what_is_written_is_in_the_file_and_in_the_mirror(store, path):
    store.write([Set("classes", {"id": 1}, {"title": "New"}), Drop("classes", {"id": 2})])
    assert titles(path) == {1: "New"}
    assert [row["title"] for row in store.rows("classes")] == ["New"]
    assert Store(path).tables == store.tables


def test_changes_are_made_all_or_none(store, path):
    before = Store(path).tables
    with pytest.raises(NotStored):
        store.write([class_row(3), class_row(1)])  # the second is there already
    assert Store(path).tables == before == store.tables
    store.write([class_row(3)])
    assert set(titles(path)) == {1, 2, 3}


def test_the_file_is_for_its_owner_only(store, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_another_program_holds_refuses_and_takes_later(store, path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    start = time.monotonic()
    with pytest.raises(NotStored, match=r"another program holds the file.*try again"):
        store.write([class_row(3)], patience=0.2)
    assert time.monotonic() - start < 2
    assert len(store.rows("classes")) == 2
    holder.execute("COMMIT")
    store.write([class_row(3)])
    assert set(titles(path)) == {1, 2, 3}
    assert store.notices == []


def test_a_reader_does_not_keep_anything_from_being_stored(store, path):
    with sqlite3.connect(path) as reader:
        assert reader.execute("SELECT count(*) FROM classes").fetchone() == (2,)
        store.write([class_row(3)])


def limited(store, pages):
    """A disk that is full after so many more pages."""
    [(used,)] = store.connection.execute("PRAGMA page_count").fetchall()
    store.connection.execute(f"PRAGMA max_page_count={used + pages}")


def test_a_full_disk_refuses_and_takes_later(store, path):
    limited(store, 1)
    big = "x" * 50_000
    with pytest.raises(NotStored, match=r"disk is full.*nothing has changed; try again"):
        store.write([class_row(3, big)])
    assert set(titles(path)) == {1, 2}
    store.write([class_row(3, big)])  # opened anew, without the limit
    assert set(titles(path)) == {1, 2, 3}
    assert (store.notices, store.trouble) == ([], "")


# What befalls the file


def noticed(store, path, words):
    """A look notices what befell the file, and writes everything anew."""
    store.look()
    assert words in store.notices[-1][1]
    assert store.trouble == ""
    store.write([class_row(9)])
    assert titles(path) == {1: "IR 101", 2: "IR 101", 9: "IR 101"}
    assert Store(path).tables == store.tables


def test_a_deleted_file_is_written_anew(store, path):
    path.unlink()
    noticed(store, path, "was deleted; all 0 rooms were written anew and nothing is lost")
    assert aside(path) == []


def test_a_replaced_file_is_set_aside_and_written_anew(store, path):
    other = path.with_name("rooms-other.sqlite")
    made = Store(other)
    made.write([class_row(7, "Theirs")])
    made.close()
    os.replace(other, path)
    noticed(store, path, "was replaced by another")
    [name] = aside(path)
    assert name in store.notices[-1][1]
    assert titles(path.with_name(name)) == {7: "Theirs"}


def test_a_file_that_was_copied_over_is_set_aside(store, path):
    kept = path.with_name("rooms-kept.sqlite")
    shutil.copy(path, kept)
    store.write([Set("classes", {"id": 1}, {"title": "New"})])
    shutil.copyfile(kept, path)  # the same file, with what was in it before
    store.look()
    assert "was changed by another program" in store.notices[-1][1]
    assert titles(path) == {1: "New", 2: "IR 101"}
    assert titles(path.with_name(aside(path)[0])) == {1: "IR 101", 2: "IR 101"}


def test_a_row_changed_by_another_program_is_noticed(store, path):
    with sqlite3.connect(path) as file:
        file.execute("UPDATE classes SET title = 'Hacked'")
    noticed(store, path, "was changed by another program")


@pytest.mark.parametrize("offset", [0, 30, 100, 4096])
def test_a_damaged_file_is_set_aside_and_written_anew(store, path, offset):
    held = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(bytes(byte ^ 0xFF for byte in held[offset : offset + 60]))
    store.look()
    assert Store(path).tables == store.tables
    assert aside(path)
    assert store.notices


def test_a_file_cut_to_nothing_is_written_anew(store, path):
    path.write_bytes(b"")
    noticed(store, path, "the file of the rooms was")


def test_damage_that_leaves_no_trace_is_noticed_by_a_deep_look(store, path):
    found = path.stat()
    held = bytearray(path.read_bytes())
    at = held.index(b"IR 101")
    held[at : at + 6] = b"HACKED"
    path.write_bytes(held)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    store.look()
    assert store.notices == []
    store._compared -= DEEP + 1
    noticed(store, path, "was changed by another program")


def test_a_file_that_was_only_touched_is_left_alone(store, path):
    os.utime(path)
    store.look()
    assert (store.notices, aside(path)) == ([], [])


def test_what_cannot_be_written_anew_stores_nothing_until_it_can(store, path, tmp_path):
    kept = tmp_path / "kept"
    path.unlink()
    path.with_name("rooms.sqlite.new").mkdir()  # in the way
    for _ in range(2):
        with pytest.raises(NotStored, match="was deleted and cannot be written anew"):
            store.write([class_row(3)])
        assert "was deleted" in store.trouble
    assert not kept.exists()
    path.with_name("rooms.sqlite.new").rmdir()
    store.write([class_row(3)])
    assert set(titles(path)) == {1, 2, 3}
    assert store.trouble == ""


def test_a_deleted_folder_is_made_again(tmp_path):
    path = tmp_path / "data" / "rooms.sqlite"
    path.parent.mkdir()
    store = Store(path)
    store.write([class_row(1)])
    shutil.rmtree(path.parent)
    store.write([class_row(2)])
    assert set(titles(path)) == {1, 2}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_deleted_while_it_is_written_acknowledges_nothing(store, path, monkeypatch):
    commit = store._commit

    def deleted(*arguments):
        commit(*arguments)
        path.unlink()

    monkeypatch.setattr(store, "_commit", deleted)
    with pytest.raises(NotStored, match="was deleted"):
        store.write([class_row(3)])
    assert len(store.rows("classes")) == 2
    monkeypatch.undo()
    store.write([class_row(3)])
    assert set(titles(path)) == {1, 2, 3}


def test_a_write_that_seemed_to_fail_but_is_in_the_file_counts(store, path, monkeypatch):
    commit = store._commit

    def seems(*arguments):
        commit(*arguments)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(store, "_commit", seems)
    store.write([class_row(3)])
    assert set(titles(path)) == {1, 2, 3}
    assert Store(path).tables == store.tables


# At the start


def test_a_file_that_is_no_database_is_refused_in_a_sentence_and_left_alone(path):
    path.write_text("not a database, and long enough to be looked at" * 100)
    held = path.read_bytes()
    with pytest.raises(ConfigError, match="cannot be used to keep rooms"):
        Store(path)
    assert path.read_bytes() == held


def test_what_can_be_read_of_a_damaged_file_is_kept(path):
    made = Store(path)
    made.write([class_row(number, "x" * 1_000) for number in range(200)])
    made.close()
    held = bytearray(path.read_bytes())
    page = len(held) // 4096 // 2 * 4096
    held[page : page + 4096] = bytes(4096)
    path.write_bytes(held)
    found = Store(path)
    assert 100 < len(found.rows("classes")) < 200
    assert "was damaged; the 0 rooms that could be read were written anew" in found.notices[0][1]
    assert titles(path) == {row["id"]: "x" * 1_000 for row in found.rows("classes")}
    assert path.with_name(aside(path)[0]).read_bytes() == held


def test_a_file_of_the_first_version_is_read(path):
    """Without salts and devices, and with constraints of its own."""
    with sqlite3.connect(path) as old:
        old.executescript(
            """
            CREATE TABLE classes (id INTEGER PRIMARY KEY, title TEXT NOT NULL, key TEXT NOT NULL,
                created REAL NOT NULL);
            CREATE TABLE rooms (code TEXT PRIMARY KEY, class INTEGER NOT NULL
                REFERENCES classes(id), setup TEXT NOT NULL, deadline INTEGER NOT NULL,
                created REAL NOT NULL, touched REAL NOT NULL, paused INTEGER NOT NULL DEFAULT 0,
                revealed INTEGER NOT NULL DEFAULT 0, stand_ins TEXT NOT NULL DEFAULT '');
            CREATE TABLE seats (room TEXT NOT NULL REFERENCES rooms(code) ON DELETE CASCADE,
                seat TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL,
                PRIMARY KEY (room, seat));
            CREATE TABLE moves (room TEXT NOT NULL REFERENCES rooms(code) ON DELETE CASCADE,
                turn INTEGER NOT NULL, seat TEXT NOT NULL, kind TEXT NOT NULL,
                value TEXT NOT NULL, made_by TEXT NOT NULL, at REAL NOT NULL,
                PRIMARY KEY (room, turn));
            INSERT INTO classes VALUES (1, 'IR 101', 'k', 1.0);
            INSERT INTO seats VALUES ('A', 'pakistan', 'Ann', 'k');
            """
        )
        old.execute("PRAGMA journal_mode=WAL")
    store = Store(path)
    assert store.rows("classes")[0]["title"] == "IR 101"
    assert store.rows("seats")[0]["salt"] is None
    store.write([class_row(2)])
    store.close()
    assert Store(path).rows("classes", id=2)
    assert sorted(p.name for p in path.parent.iterdir()) == ["rooms.sqlite"]
