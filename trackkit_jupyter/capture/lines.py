"""Turns the pieces a program writes to a terminal into the lines that remain to be read.

A carriage return or a cursor moved up lets a program write over what it wrote before, as progress bars do many times a
second. Of such a line only the last state is kept. Colours and all other escape sequences stay as they are.
"""

from __future__ import annotations

import re

__all__ = ["LineAssembler"]

_MOVE = re.compile(r"(\n|\r|\x1b\[\d*[AF])")
_ERASE = re.compile(r"\x1b\[[0-2]?[JK]")
_ROWS = 100  # a cursor that goes further up than this stays there
_LONGEST = 1 << 20  # characters of a line without end that are held back


class LineAssembler:
    """Assembles lines; one for each stream, not thread-safe."""

    __slots__ = ("_held", "_pieces", "_returned", "_row", "_size")

    def __init__(self) -> None:
        self._pieces: list[str] = []  # the line being written, when nothing below or above it can still change
        self._size = 0
        self._returned = False  # the cursor is at the start of a line that holds text: what comes replaces it
        self._held: list[str | None] | None = None  # lines that can still change, because the cursor went up
        self._row = 0

    def feed(self, text: str) -> str:
        """Take what was written; return the lines that are complete now, each with its newline, or ""."""
        if self._returned or self._held is not None or "\r" in text or ("\x1b" in text and _MOVE.search(text)):
            return self._feed_moves(text)
        head, newline, tail = text.rpartition("\n")
        pieces = self._pieces
        if not newline:
            pieces.append(text)
            self._size += len(text)
            return self.flush() if self._size > _LONGEST else ""
        if pieces:
            pieces.append(head)
            head = "".join(pieces)
            pieces.clear()
        if tail:
            pieces.append(tail)
        self._size = len(tail)
        return head + "\n"

    def peek(self) -> str:
        """Return what is not complete yet, without the lines that were wiped."""
        if self._held is None:
            text = "".join(self._pieces)
            return "" if _wiped(text) and (self._returned or "\x1b" in text) else text
        return "\n".join(_final(self._held))

    def flush(self) -> str:
        """Return what is not complete yet, and forget it."""
        text = self.peek()
        self.__init__()  # type: ignore[misc]
        return text

    def _feed_moves(self, text: str) -> str:
        rows: list[str | None] = self._held if self._held is not None else ["".join(self._pieces)]
        complete = ""
        for piece in _MOVE.split(text):
            if not piece:
                continue
            if piece == "\n":
                self._returned = self._row < len(rows) - 1
                self._row += 1
                if self._row == len(rows):
                    complete += "".join(f"{line}\n" for line in _final(rows))
                    rows, self._row = [""], 0
            elif piece == "\r":
                self._returned = True
            elif piece[0] == "\x1b" and _MOVE.fullmatch(piece):
                self._row -= min(int(piece[2:-1] or 1), _ROWS)
                if self._row < 0:  # those lines are complete already: their later states come once more, at the end
                    rows[:0] = [None] * -self._row
                    self._row = 0
                self._returned = True
            else:
                before = rows[self._row]
                rows[self._row] = piece if self._returned or before is None else before + piece
                self._returned = False
        if len(rows) > _ROWS:
            complete += "".join(f"{line}\n" for line in _final(rows[:-1]))
            rows, self._row = rows[-1:], 0
        alone = len(rows) == 1
        self._held = None if alone else rows
        self._pieces = [rows[0]] if alone and rows[0] else []
        self._size = len(rows[0] or "") if alone else 0
        return complete


def _wiped(line: str) -> bool:
    return bool(line) and not _ERASE.sub("", line).strip()


def _final(rows: list[str | None]) -> list[str]:
    return [_ERASE.sub("", row) for row in rows if row is not None and not _wiped(row)]
