"""The file source: every kind of file, every way a file can be broken, and the cursor."""

import gzip
import json
import os
import sys
import threading
from datetime import UTC, datetime

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.clock import HeldClock
from tocsin.errors import InputError, SourceEnded
from tocsin.metrics import Reason
from tocsin.sources import FRAME_BYTES, TEXT_CHARS, Post
from tocsin.sources.file import FRAMES_PER_READ, FileSource
from tocsin.sources.frames import decode_replay
from tocsin.sources.lines import LineCutter

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOON_MS = 1_767_268_800_000


def row(number, **more):
    return {"created_at": NOON_MS + number, "author": number, "text": f"post {number}", **more}


def lines(*rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def source(*paths):
    table = {"paths": [str(path) for path in paths]}
    return FileSource(FileSource.spec.checked("sources.x", table), HeldClock())


def read_all(reader, cursor=None):
    reader.open(cursor)
    frames: list[bytes] = []
    while True:
        try:
            came, _ = reader.read(5.0)
        except SourceEnded:
            reader.close()
            return frames
        frames += came


def texts(frames):
    return [seen.text if isinstance(seen, Post) else seen for seen in map(decode_replay, frames)]


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_files_of_each_kind_are_read_one_after_another(written, tmp_path):
    table = pyarrow.table(
        {
            "post_id": ["p4"],
            "created_at": pyarrow.array([NOON], pyarrow.timestamp("ns", "UTC")),
            "author": pyarrow.array([None], pyarrow.int64()),
            "text": ["post 4"],
            "event": ["ignored"],
        }
    )
    pyarrow.parquet.write_table(table, tmp_path / "c.parquet")
    paths = (
        written("a.jsonl", lines(row(1), row(2))),
        written("b.jsonl.gz", gzip.compress(lines(row(3)))),
        tmp_path / "c.parquet",
    )
    frames = read_all(source(*paths))
    assert texts(frames) == ["post 1", "post 2", "post 3", "post 4"]
    last = decode_replay(frames[-1])
    assert isinstance(last, Post)
    assert (last.id, last.author, last.at_ms) == ("p4", None, NOON_MS)


@pytest.mark.parametrize(
    ("given_row", "seen"),
    [
        (row(1, lang="es", id=9), Post("1", "post 1", NOON_MS + 1, "es", "9")),
        (
            {"created_at": "2026-01-01T13:00:00.250+01:00", "author": None, "text": "a"},
            Post(None, "a", NOON_MS + 250),
        ),
        ({"created_at": "2026-01-01T12:00", "author": "x", "text": "a"}, Post("x", "a", NOON_MS)),
        (row(1, op="edit", id="7"), Post("1", "post 1", NOON_MS + 1, None, "7", "edit")),
        (row(1, op="delete", id="7"), Post("1", "", NOON_MS + 1, None, "7", "delete")),
        (row(1, op="delete"), Reason.BAD_FRAME),
        (row(1, op="account_deleted"), Post("1", "", NOON_MS + 1, None, None, "account_deleted")),
        (row(1, op="account_deleted", author=None), Reason.BAD_FRAME),
        (row(1, op="burn"), Reason.BAD_FRAME),
        (row(1, text=None), Reason.NO_TEXT),
        (row(1, text="", op="edit", id="7"), Post("1", "", NOON_MS + 1, None, "7", "delete")),
        ({"author": "x", "text": "a"}, Reason.BAD_TIME),
        ({"created_at": "yesterday", "author": "x", "text": "a"}, Reason.BAD_TIME),
        ({"created_at": 1_300_000_000, "author": "x", "text": "a"}, Reason.BAD_TIME),
        (row(1, kind=5, did=[1], **{"$type": {}}), Post("1", "post 1", NOON_MS + 1)),
        (row(1, display_name={"deep": [1]}, geo=[12.345]), Post("1", "post 1", NOON_MS + 1)),
    ],
)
def test_a_row_becomes_a_post_or_a_reason(given_row, seen):
    assert decode_replay(json.dumps(given_row).encode()) == seen


def test_a_long_text_is_cut_at_the_bound():
    post = decode_replay(json.dumps(row(1, text="é" * (TEXT_CHARS + 1))).encode())
    assert isinstance(post, Post)
    assert post.text == "é" * TEXT_CHARS


def test_recorded_frames_of_both_wires_may_stand_among_rows(request, written):
    samples = request.path.parent / "samples"
    mixed = lines(row(1))
    mixed += (samples / "jetstream_v1.jsonl").read_bytes().splitlines(True)[0]
    mixed += (samples / "jetstream_v2.jsonl").read_bytes().splitlines(True)[2]
    seen = texts(read_all(source(written("mixed.jsonl", mixed))))
    assert seen == [
        "post 1",
        "the ground is shaking in Brackwater, lamps swinging everywhere",
        "acaba de temblar fuerte en Villaseca del Mar, ¿están bien?",
    ]


def test_a_bad_line_costs_itself_and_keeps_its_number(written):
    content = b"\xef\xbb\xbf" + lines(row(0)) + b"\n" + b"{broken\n" + b"\xff\xfe\n" + lines(row(4))
    content += b'{"text": "' + b"x" * (3 * FRAME_BYTES) + b'"}\n' + lines(row(6))[:-1]
    seen = texts(read_all(source(written("bad.jsonl", content))))
    assert seen == [
        "post 0",
        Reason.BAD_FRAME,
        Reason.BAD_FRAME,
        Reason.BAD_FRAME,
        "post 4",
        Reason.TOO_LARGE,
        "post 6",
    ]


def test_reads_are_bounded_and_resume_from_every_cursor(written):
    count = FRAMES_PER_READ + 500
    one = written("one.jsonl", lines(*map(row, range(count))))
    two = written("two.jsonl.gz", gzip.compress(lines(*map(row, range(count, count + 30)))))
    reader = source(one, two)
    reader.open(None)
    expected = [f"post {n}" for n in range(count + 30)]
    read: list[object] = []
    while len(read) < count + 30:
        frames, cursor = reader.read(0.0)
        assert 0 < len(frames) <= FRAMES_PER_READ
        read += texts(frames)
        assert texts(read_all(source(one, two), cursor)) == expected[len(read) :]
    assert read == expected
    reader.close()
    reader.close()


@pytest.mark.parametrize("cursor", ["", "1", "9:0", "-1:0", "0:x", "0:" + "9" * 60])
def test_a_cursor_of_something_else_is_refused(cursor, written):
    with pytest.raises(InputError, match="cursor"):
        source(written("a.jsonl", lines(row(1)))).open(cursor)


@pytest.mark.parametrize(
    ("name", "content", "remedy"),
    [
        ("a.csv", b"text", "unknown kind"),
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl.gz", b"plain text", "Rename it to .jsonl"),
        ("a.parquet", b"PAR1 no", "no readable Parquet"),
        ("a.jsonl", None, "no such file"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_refused_before_anything_is_read(
    name, content, remedy, written, tmp_path
):
    path = tmp_path / name if content is None else written(name, content)
    reader = source(written("good.jsonl", lines(row(1))), path)
    with pytest.raises(InputError, match=remedy) as caught:
        reader.open(None)
    assert str(path) in str(caught.value)


def test_a_folder_and_a_missing_column_are_refused(tmp_path):
    (tmp_path / "b.jsonl").mkdir()
    with pytest.raises(InputError, match="folder"):
        source(tmp_path / "b.jsonl").open(None)
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a"]}), tmp_path / "c.parquet")
    with pytest.raises(InputError, match="created_at, author"):
        source(tmp_path / "c.parquet").open(None)


def test_no_file_at_all_is_refused():
    with pytest.raises(InputError, match="at least one path"):
        FileSource({"paths": []}, HeldClock())


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a"]}), tmp_path / "c.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"pip install tocsin\[eval\]"):
        source(tmp_path / "c.parquet").open(None)


def test_what_breaks_off_gives_its_good_rows_and_then_says_so(written):
    first = gzip.compress(lines(*map(row, range(50))))
    path = written("a.jsonl.gz", first + gzip.compress(lines(row(50)))[:20])
    reader = source(path)
    reader.open(None)
    read: list[object] = []
    with pytest.raises(InputError, match="breaks off after 50 rows"):
        for _ in range(60):
            read += texts(reader.read(0.0)[0])
    assert read == [f"post {n}" for n in range(50)]
    reader.close()


@pytest.mark.parametrize("column", ["created_at", "author", "text"])
def test_a_column_of_a_strange_type_is_refused_or_counted(column, tmp_path):
    columns = {"created_at": [NOON], "author": ["a"], "text": ["b"]}
    columns[column] = [[1, 2]]
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "c.parquet")
    assert texts(read_all(source(tmp_path / "c.parquet"))) == [Reason.BAD_FRAME]


@pytest.mark.parametrize(
    "moments",
    [
        pyarrow.array([NOON], pyarrow.timestamp("us", "Asia/Tokyo")),
        pyarrow.array([NOON.replace(tzinfo=None)], pyarrow.timestamp("s")),
        pyarrow.array([NOON_MS], pyarrow.int64()),
        pyarrow.array(["2026-01-01T12:00:00Z"]),
    ],
)
def test_parquet_times_of_every_kind_mean_the_same_moment(moments, tmp_path):
    table = pyarrow.table({"created_at": moments, "author": ["a"], "text": ["b"]})
    pyarrow.parquet.write_table(table, tmp_path / "c.parquet")
    (frame,) = read_all(source(tmp_path / "c.parquet"))
    assert decode_replay(frame) == Post("a", "b", NOON_MS)


def test_parquet_rows_are_bounded_and_resume(tmp_path):
    count = FRAMES_PER_READ + 10
    texts_in = [f"post {n}" for n in range(count)]
    texts_in[5] = "x" * (2 * FRAME_BYTES)
    table = {"created_at": [NOON] * count, "author": ["a"] * count, "text": texts_in}
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "c.parquet")
    reader = source(tmp_path / "c.parquet")
    reader.open(None)
    frames, cursor = reader.read(0.0)
    reader.close()
    assert len(frames) == FRAMES_PER_READ
    assert len(frames[5]) == FRAME_BYTES + 1
    assert texts(frames)[5] is Reason.TOO_LARGE
    assert texts(read_all(reader, cursor)) == texts_in[FRAMES_PER_READ:]


@pytest.fixture
def piped(monkeypatch):
    """A pipe in the place of standard input: (descriptor to write to)."""
    out, into = os.pipe()
    with os.fdopen(out, "r") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield into


def test_standard_input_is_read_as_it_comes_and_never_waited_for(piped):
    reader = source("-")
    reader.open(None)
    assert reader.read(0.0) == ([], "0:0")
    os.write(piped, lines(row(1)) + b'{"created_at"')
    assert texts(reader.read(5.0)[0]) == ["post 1"]
    assert reader.read(0.0)[0] == []
    os.write(piped, b": 1767268800000}")
    assert reader.read(0.0)[0] == []
    os.close(piped)
    assert texts(reader.read(5.0)[0]) == [Reason.NO_TEXT]
    with pytest.raises(SourceEnded):
        reader.read(5.0)
    reader.close()


def test_an_endless_line_on_standard_input_is_one_bounded_frame(piped):
    def pour():
        with os.fdopen(piped, "wb") as into:
            into.write(b"x" * (5 * FRAME_BYTES) + b"\n" + lines(row(1)))

    thread = threading.Thread(target=pour)
    thread.start()
    frames = read_all(source("-"))
    thread.join()
    assert [len(frames[0]), len(frames)] == [FRAME_BYTES + 1, 2]
    assert texts(frames) == [Reason.TOO_LARGE, "post 1"]


@given(
    st.lists(st.integers(0, 9), max_size=6),
    st.lists(st.integers(1, 3 * FRAME_BYTES), min_size=1, max_size=6),
)
def test_lines_do_not_depend_on_how_the_stream_is_cut(sizes, cuts):
    # Sizes around the bound: short lines, the bound itself, a byte more, and far more.
    lengths = [0, 1, 7, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES]
    wanted = [lengths[size % len(lengths)] for size in sizes]
    stream = b"\n".join(b"x" * length for length in wanted)
    cutter, got, at = LineCutter(), [], 0
    for cut in [*cuts, len(stream)]:
        got += cutter.feed(stream[at : at + cut])
        at += cut
    got += cutter.end()
    # An empty last line is no line: that is how a file with a final newline ends.
    if wanted and wanted[-1] == 0:
        wanted.pop()
    assert [len(line) for line in got] == [min(length, FRAME_BYTES + 1) for length in wanted]


@given(st.binary(max_size=300))
def test_no_bytes_make_the_decoder_raise(noise):
    assert isinstance(decode_replay(noise), Reason)
    framed = b'{"created_at":1767268800000,"text":' + noise + b"}"
    assert isinstance(decode_replay(framed), (Reason, Post))
