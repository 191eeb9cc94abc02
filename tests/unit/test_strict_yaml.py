"""YAML from strangers: what is read, what is refused, and that no file is a bomb."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.strict_yaml import MOST_BYTES, MOST_DEPTH, MOST_ENTRIES, MOST_FAULTS, MOST_NODES, TOO_LONG, read
from sim.scenario.tree import REFUSED, Keys, Place, plain


def values(text: str) -> object:
    """The plain value of a text without faults."""
    root, faults = read(text.encode(), "a.yaml")
    assert faults == []
    assert root is not None
    return plain(root)


def faults(text: str | bytes) -> list[tuple[int, int, str]]:
    """Line, column and message of every fault of a text."""
    data = text.encode() if isinstance(text, str) else text
    return [(fault.line, fault.column, fault.message) for fault in read(data, "a.yaml")[1]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2018-11-11", "2018-11-11"),
        ("3 d", "3 d"),
        ("1_000", "1_000"),
        ("=", "="),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("0", 0),
        ("-12", -12),
        ("+5", 5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-0.5e-3", -0.0005),
        ("0.0", 0.0),
        ("'5'", "5"),
        ('"true"', "true"),
        ("'010'", "010"),
        ("'.nan'", ".nan"),
        ('""', ""),
    ],
)
def test_a_plain_value_is_read_by_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    found = values(f"key: {text}")
    assert found == {"key": value}
    assert type(found["key"]) is type(value)  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("010", "leading zero"),
        ("-007", "leading zero"),
        ("00.5", "leading zero"),
        ("0x1F", "decimal digits"),
        ("0o17", "decimal digits"),
        ("0b1", "decimal digits"),
        (".nan", "not a finite number"),
        ("-.inf", "not a finite number"),
        ("inf", "not a finite number"),
        ("NaN", "not a finite number"),
        ("1.0e+400", "too large"),
        ("1e-400", "too small"),
        ("9" * 19, "18 digits"),
        ("9" * 5000, "18 digits"),
        ("null", "none switches a part off"),
        ("~", "none switches a part off"),
        ("!!int 5", "tags"),
        ("!x 5", "tags"),
        ("! 5", "tags"),
        ("!!python/object:os.system {}", "tags"),
        ("&a 5", "anchors"),
        ("*a", "aliases"),
        ('"\\x1b[2J"', "control character"),
        ('"\\u202e"', "control character"),
        ('"\\ud800"', "control character"),
    ],
)
def test_a_value_that_readers_could_take_in_two_ways_is_refused(text: str, hint: str) -> None:
    ((line, column, message),) = faults(f"key: {text}")
    assert (line, column) == (1, 6)
    assert hint in message
    assert message.isprintable()
    assert len(message) < 200


def test_a_key_without_a_value_is_a_slip() -> None:
    assert [(line, column) for line, column, _ in faults("a:\nb: {c, d: }\n")] == [(1, 3), (2, 6), (2, 10)]


def test_a_refused_value_stands_in_the_tree_so_that_the_rest_can_be_checked() -> None:
    root, _ = read(b"a: 010\nb: 1", "a.yaml")
    assert root is not None
    assert plain(root) == {"a": REFUSED, "b": 1}


def test_every_value_and_every_key_knows_its_place() -> None:
    root, _ = read(b"policy:\n  clock: 9 d\n  rounds: [1, 2]\n", "a.yaml")
    assert isinstance(root, Keys)
    policy = root.nodes["policy"]
    assert isinstance(policy, Keys)
    assert root.keys["policy"] == Place("a.yaml", 1, 1)
    assert policy.keys["clock"] == Place("a.yaml", 2, 3)
    assert policy.nodes["clock"].place == Place("a.yaml", 2, 10)
    assert policy.nodes["rounds"].place == Place("a.yaml", 3, 11)


def test_keys_are_text_whatever_they_look_like() -> None:
    assert values("{1: a, true: b, null: c, 2018-11-11: d, no: e, '<<': f}") == {
        "1": "a",
        "true": "b",
        "null": "c",
        "2018-11-11": "d",
        "no": "e",
        "<<": "f",
    }


def test_all_faults_of_a_file_are_reported_at_once() -> None:
    text = "a: &x 1\nb: *x\nc: 010\nc: 2\n<<: {d: 1}\n? [1]\n: 2\ne: !!str 3\nf: .inf\n'': 3\n"
    assert [(line, column) for line, column, _ in faults(text)] == [
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 1),
        (5, 1),
        (6, 3),
        (8, 4),
        (9, 4),
        (10, 1),
    ]


def test_the_first_of_two_equal_keys_is_named() -> None:
    assert faults("a: 1\nb: 2\na: 3\n") == [(3, 1, "the key 'a' stands here again; the first is in line 1")]


def test_an_alias_as_a_key_is_refused_and_the_reading_goes_on() -> None:
    assert [line for line, _, _ in faults("*x : 1\nb: 010")] == [1, 1, 2]


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("", 1, 1, "empty"),
        ("# nothing\n", 1, 1, "empty"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("a: [1, 2\nb: 3\n", 2, 2, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, 1, "not YAML"),
        ("a: '\n", 2, 1, "not YAML"),
        (b"a: 1\nb: \xff\n", 2, 4, "UTF-8"),
        ("a: 1".encode("utf-16"), 1, 1, "UTF-8"),
        ("a: 1\nb: \x1b[2J\n", 2, 4, "control character"),
        ("a: 1\nb: \x00\n", 2, 4, "control character"),
        ('a: 1\nb: "\\UFFFFFFFF"\n', 2, 7, "no such character"),
    ],
)
def test_what_is_no_yaml_ends_the_reading_at_its_place(
    text: str | bytes, line: int, column: int, hint: str
) -> None:
    ((found_line, found_column, message),) = faults(text)
    assert (found_line, found_column) == (line, column)
    assert hint in message


def test_faults_before_the_end_of_the_reading_are_kept() -> None:
    assert [line for line, _, _ in faults("a: 010\nb: [\n")] == [1, 3]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert values("\ufeffa: 1") == {"a": 1}


NESTED = {opening: opening * 10_000 for opening in ("[", "[ ", "[\n", "{a: ", "- ", "? ", "[{", "[[a]: ", "{? ")}
NESTED["a:"] = "".join(" " * level + "a:\n" for level in range(500))


@pytest.mark.parametrize("text", NESTED.values(), ids=map(repr, NESTED))
def test_deep_nesting_is_refused_however_it_is_written(text: str) -> None:
    began = time.process_time()
    found = faults(text)
    assert time.process_time() - began < 0.2
    assert "deeper than" in found[-1][2]


def test_as_many_levels_as_allowed_are_read() -> None:
    assert values("[" * MOST_DEPTH + "]" * MOST_DEPTH) is not None


BOMBS = {
    "merge keys": "a: &a {x: 1}\n" + "".join(f"k{i}: &a {{<<: [*a, *a]}}\n" for i in range(40)),
    "aliases": "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [{'*a, ' * 9}*a]\n" for i in range(2000)),
    "many faults": "- *a\n" * 19_000,
    "many entries": "[" + "1," * 120_000 + "]",
    "many keys": "".join(f"k{i}: 1\n" for i in range(120_000)),
    "many values": "[" + "[1,1,1,1,1,1,1],".replace("1", "[1]") * 9_000 + "]",
    "many bytes": "a" * (MOST_BYTES + 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_anything_is_built_from_it(bomb: str) -> None:
    began = time.process_time()
    found = faults(BOMBS[bomb])
    assert time.process_time() - began < (2 if bomb.startswith("many ") else 0.2)
    assert 0 < len(found) <= MOST_FAULTS


@pytest.mark.slow
def test_more_values_than_allowed_are_named_as_such() -> None:
    assert f"more than {MOST_NODES:,} values" in faults(BOMBS["many values"])[0][2]
    for bomb in ("many entries", "many keys"):
        assert faults(BOMBS[bomb])[0] == (1, 1, TOO_LONG)


def test_as_many_entries_as_allowed_are_read() -> None:
    assert len(values("[" + "1," * MOST_ENTRIES + "]")) == MOST_ENTRIES


def test_a_message_holds_no_control_character_of_the_file() -> None:
    for text in ('? "\\e[2J"\n: 1', '"\\a": 010', "a: %\x85", "&\x85 a: 1", '"a\\rb": 1\n"a\\rb": 2'):
        assert all(message.isprintable() for _, _, message in faults(text))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_python_writes_it_reads_back_as_itself(number: float) -> None:
    (value,) = values(f"key: {number!r}").values()  # type: ignore[attr-defined]
    assert value == number
    assert math.copysign(1, value) == math.copysign(1, number)


LIKELY = st.sampled_from([*"[]{}:,-?&*!|>'\"%@`#~\n\t \\", "a", "0", "<<", ": ", "- ", "---", "...", "\\U", "é"])


@given(st.lists(LIKELY, max_size=40).map("".join) | st.text() | st.binary())
def test_random_text_is_read_or_refused_and_never_crashes(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogatepass")
    root, found = read(data, "a.yaml")
    assert (root is not None) or found
    assert all(fault.line >= 1 and fault.column >= 1 for fault in found)
    assert all(fault.message.isprintable() for fault in found)
