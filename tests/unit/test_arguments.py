"""Words of the command line, before anything is read."""

from __future__ import annotations

import pytest

from sim.arguments import parser


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["run", ""], "SCENARIO"),
        (["run", "aliexpress", "--out", ""], "--out"),
        (["run", "aliexpress", "--store", " "], "--store"),
        (["compare", "aliexpress", ""], "OTHER"),
        (["check", "aliexpress", "--baselines", ""], "--baselines"),
        (["forecast", "aliexpress", "--open", "", "--at", "2018-11-02"], "--open"),
    ],
)
def test_a_variable_that_is_not_set_is_no_name_of_this_folder(
    words: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`run "$SCENARIO"` ran every scenario of the folder, and `--out "$OUT"` wrote into it."""
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(words)
    assert ended.value.code == 2
    assert f"argument {what}: found" in capsys.readouterr().err


def test_a_reason_and_the_name_of_a_commit_may_be_empty() -> None:
    told = parser().parse_args(["check", "aliexpress", "--baselines", "b", "--commit", ""])
    assert told.commit == ""
