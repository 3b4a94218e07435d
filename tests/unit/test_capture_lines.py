"""What a terminal shows becomes the lines that remain."""

from __future__ import annotations

import itertools

import pytest

from trackkit_jupyter.capture.lines import LineAssembler


def lines(*pieces: str) -> list[str]:
    assembler = LineAssembler()
    text = "".join(assembler.feed(piece) for piece in pieces) + assembler.flush()
    return text.split("\n")


def test_pieces_make_one_line() -> None:
    assembler = LineAssembler()
    assert [assembler.feed(piece) for piece in ("a", " b", "\n", "c\nd\ne", "f", "\n")] == [
        "",
        "",
        "a b\n",
        "c\nd\n",
        "",
        "ef\n",
    ]
    assert assembler.flush() == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n\n", ["", "", ""]),
        ("a\r\nb\r\n\r\nc\r\n", ["a", "b", "", "c", ""]),
        ("1%\r50%\r100%\n", ["100%", ""]),
        ("1%\r50%\r100%", ["100%"]),
        ("downloading\rdone\n", ["done", ""]),
        ("text\r", ["text"]),
        ("\x1b[31mred\x1b[0m\n", ["\x1b[31mred\x1b[0m", ""]),
        ("bar\r   \rafter\n", ["after", ""]),
        ("bar\r   \r", [""]),
        ("über \U0001f600\u2028x\n", ["über \U0001f600\u2028x", ""]),
    ],
)
def test_last_state_of_a_line(text: str, expected: list[str]) -> None:
    assert lines(text) == expected
    assert lines(*text) == expected  # however it is cut, escape sequences apart


def test_an_erased_line_leaves_nothing() -> None:
    assert lines("bar\r\x1b[2Kafter\n") == ["after", ""]
    assert lines("bar", "\r\x1b[2K", "\r", "after\n") == ["after", ""]
    assert lines("bar", "\r\x1b[2K") == [""]


def test_progress_bar_keeps_one_line_and_no_memory() -> None:
    assembler = LineAssembler()
    out = "".join(assembler.feed(f"\r{percent:3}%|{'#' * (percent // 10):10}|") for percent in range(101))
    assert out == ""
    assert assembler.feed("\n") == "100%|##########|\n"
    assert assembler.feed("next\n") == "next\n"


def test_nested_progress_bars_do_not_flood() -> None:
    def pieces() -> list[str]:
        out = []
        for outer, inner in itertools.product(range(20), range(50)):
            if inner == 0:
                out.append(f"\router {outer}")
            out += ["\n", f"\rinner {inner}", "\x1b[A"]
        return [*out, "\n", "\n", "after\n"]

    assert lines(*pieces()) == ["outer 0", "outer 19", "inner 49", "after", ""]


def test_live_table_keeps_its_first_and_last_state() -> None:
    erase = "\r\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K"
    frames = [f"head\nloss {step}\nstep {step}" for step in range(100)]
    assert lines(erase.join(frames), "\n", "after\n") == ["head", "loss 0", "head", "loss 99", "step 99", "after", ""]


def test_absurd_cursor_moves_are_bounded() -> None:
    assembler = LineAssembler()
    out = "".join(assembler.feed("x\x1b[99999999999A") for _ in range(50))
    out += "".join(assembler.feed("\ny") for _ in range(1000))
    out += assembler.flush()
    assert out.count("y") >= 900
    assert len(assembler.peek()) == 0


def test_a_million_dots_take_no_quadratic_time_and_come_out() -> None:
    assembler = LineAssembler()
    out = "".join(assembler.feed(".") for _ in range(1_200_000)) + assembler.feed("\n")
    assert out.replace("\n", "") == "." * 1_200_000
