"""One claim of one order at one seller, in one replication: told in the singular, and no library is heard.

Every command runs once, in a process of its own in which any warning is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.experiment.experiment import run
from sim.scenario.loading import load
from tests.regression.program import Answer, commands, program

pytestmark = pytest.mark.slow
TINY = """\
name: {name}
start: 2024-01-01
experiment: {{warm_up: 0 d, cohort: 1 d, run_out: 0 d, replications: 1, seed: {seed}}}
market:
  orders_per_day: 1
  order_value: 40
  payment_methods: {{card: 1}}
  sellers:
    count: 1
    types: {{one: {{share: 1, arrange: 1 d, dispatch: 1 d, cancellation: {{silent: 1}}, dispute: {{accept: 1}}}}}}
  carrier: {{transit: 9 d}}
buyers: {{regret: {{probability: 1, after: 1 h}}}}
policy:
  cancellation: {{window: {{after: paid, within: 7 d}}, clock: {clock}, on_silence: {silence}}}
  dispute: {{default: {{opens: {{after: delivered}}, clock: 3 d, on_silence: decline}}}}
  refund: {{posting: {{card: 1 d}}}}
expect: {{refunded_within_60d: {{at_least: 1}}}}
"""
NOT_RUN = {
    "open": "serves a page until it is stopped",
    "warm": "compiles",
    **dict.fromkeys(("advise", "fit", "forecast"), "needs a log, or a claim that is under way"),
    **dict.fromkeys(("search", "store", "stress", "study"), "asks many worlds"),
}
"""What no little world can ask for; they have tests of their own."""
WORDS = (
    "claim|replication|order|seller|buyer|scenario|measure|expectation|baseline|file|day|request|commit|row|case|"
    "desk|other|time|number|fault|warning|policy|policie|want|remain|differ"
)
ILL_COUNTED = re.compile(rf"(?<![\d.,–−-])1 (more )?({WORDS})s\b(?!\.\w)|\(s\)")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """What every command answers, by its first words; what they write lies in the folder they ran in."""
    folder = tmp_path_factory.mktemp("little")
    seed = next(_seeds_of_one_order(folder))
    (folder / "one.yaml").write_text(TINY.format(name="one", seed=seed, clock="9 d", silence="decline"))
    (folder / "other.yaml").write_text(TINY.format(name="other", seed=seed, clock="1 h", silence="approve"))
    asked = (
        ("run", "one.yaml", "--out", "o", "--report", "full"),
        ("compare", "one.yaml", "other.yaml", "--out", "o"),
        ("trace", "one.yaml", "--order", 0, "--versus", "other.yaml"),
        ("validate", "one.yaml", "other.yaml"),
        ("show", "one.yaml"),
        ("baseline", "one.yaml", "--baselines", "b"),
        ("check", "one.yaml", "--baselines", "b", "--set", "policy.cancellation.clock=1 h", "--out", "ck",
         "--history", "h.jsonl", "--commit", "c1"),
        ("export", "o/one", "--to", "orders"),
        ("init", "mine", "--from", "temu"),
        ("schema",),
    )  # fmt: skip
    env = {"PYTHONWARNINGS": "error", "COLUMNS": "200"}
    answers = {str(words[0]): program(*words, env=env, cwd=folder) for words in asked}
    assert set(answers) | set(NOT_RUN) == set(commands())
    answers["files"] = Answer(0, "\n".join(_texts(folder)), "")
    return answers


def _seeds_of_one_order(folder: Path) -> Iterator[int]:
    (folder / "try.yaml").write_text(TINY.format(name="try", seed=1, clock="9 d", silence="decline"))
    world = load(folder / "try.yaml")
    return (seed for seed in range(1, 100) if run(world, seed=seed).about["orders"] == 1)


def _texts(folder: Path) -> Iterator[str]:
    """What people read of the files that were written: pages, summaries, charts' letters."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".md", ".svg", ".xml", ".txt"):
            text = re.sub(r"<(script|style)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            yield f"{path.name}: " + " ".join(re.sub(r"<[^>]*>", " ", text).replace("\u00a0", " ").split())


def test_no_warning_of_a_library_ends_a_command_or_reaches_a_user(done: dict[str, Answer]) -> None:
    codes = {name: answer.code for name, answer in done.items()}
    assert codes == dict.fromkeys(codes, 0) | {"check": codes["check"]}
    assert codes["check"] in (0, 1, 4)
    heard = {name: line for name, one in done.items() for line in one.err.splitlines() if "Warning" in line}
    assert heard == {}


def test_of_one_it_is_told_in_the_singular(done: dict[str, Answer]) -> None:
    assert "1 claim" in done["run"].out + done["files"].out
    found = {
        name: [
            answer.out[max(0, hit.start() - 40) : hit.end() + 40]
            for hit in ILL_COUNTED.finditer(answer.out + answer.err)
        ]
        for name, answer in done.items()
    }
    assert {name: hits for name, hits in found.items() if hits} == {}
