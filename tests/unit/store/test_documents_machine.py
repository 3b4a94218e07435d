"""A document that two hands change, lose and damage, against a model in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tinydb import TinyDB

from trackkit_jupyter.errors import NotFoundError, TrackkitStorageError
from trackkit_jupyter.store.documents import Document

DISK = Path("/dev/shm")
KEYS = st.sampled_from(["a", "b", "c"])
TEXTS = st.text(max_size=10) | st.sampled_from(["\n", "\u2028", '"', "\\", "x" * 5000])
HANDS = st.integers(0, 1)


class DocumentMachine(RuleBasedStateMachine):
    """Two handles of one document, as two processes have them: each edit is seen whole by both, or by none."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=DISK if os.access(DISK, os.W_OK) else None))
        self.path = self.folder / "record.json"
        self.hands = [Document(self.path), Document(self.path)]
        self.model: dict[str, str] | None = None  # None: there is no document
        self.before: dict[str, str] | None = None  # what the generation before says; None: there is none
        self.harmed = False

    def wrote(self, model: dict[str, str]) -> None:
        # The only sound generation stays until a new one stands.
        if not self.harmed:
            self.before = self.model
        self.model, self.harmed = model, False

    @rule(hand=HANDS, key=KEYS, text=TEXTS)
    def put(self, hand: int, key: str, text: str) -> None:
        with self.hands[hand].table("things") as table:
            table.upsert({"key": key, "text": text}, lambda row: row.get("key") == key)
        self.wrote({**(self.model or {}), key: text})

    @rule(hand=HANDS, key=KEYS)
    @precondition(lambda self: bool(self.model))
    def remove(self, hand: int, key: str) -> None:
        with self.hands[hand].edit() as database:
            database.table("things").remove(lambda row: row.get("key") == key)
        assert self.model is not None
        self.wrote({known: text for known, text in self.model.items() if known != key})

    @rule(hand=HANDS, key=KEYS)
    def fail(self, hand: int, key: str) -> None:
        """An edit that ends with an error in its middle changes nothing."""

        def half() -> None:
            with self.hands[hand].table("things") as table:
                table.upsert({"key": key, "text": "never"}, lambda row: row.get("key") == key)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            half()

    @rule(left=st.binary(max_size=50))
    def killed(self, left: bytes) -> None:
        """A process was killed in the middle of writing: its temporary file is left."""
        (self.folder / "record.json.4711.tmp").write_bytes(left)

    @rule(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
    @precondition(lambda self: self.model is not None and self.before is not None and not self.harmed)
    def flip(self, place: float, bit: int) -> None:
        """A flipped bit is noticed; the generation before stands in, unless what it hit says nothing."""
        content = bytearray(self.path.read_bytes())
        content[int(place * len(content))] ^= 1 << bit
        self.path.write_bytes(content)
        found = self.read(self.hands[0])
        assert found in (self.model, self.before)
        if self.hands[0].damaged:
            assert found == self.before
            self.model, self.harmed = self.before, True

    @rule()
    @precondition(lambda self: self.model is not None and not self.harmed)
    def plain_tinydb_reads_it(self) -> None:
        with TinyDB(self.path) as database:
            assert {row["key"]: row["text"] for row in database.table("things").all()} == self.model

    @rule()
    @precondition(lambda self: self.model is not None)
    def delete(self) -> None:
        for name in ("record.json", "record.json.bak"):
            (self.folder / name).unlink(missing_ok=True)
        self.model, self.before, self.harmed = None, None, False

    @rule(hand=HANDS, key=KEYS)
    @precondition(lambda self: self.model is None)
    def change_what_is_not_there(self, hand: int, key: str) -> None:
        with pytest.raises(NotFoundError), self.hands[hand].edit() as database:
            database.table("things").insert({"key": key, "text": "never"})

    @staticmethod
    def read(hand: Document) -> dict[str, str]:
        return {row["key"]: row["text"] for row in hand.read().get("things", {}).values()}

    @invariant()
    def both_hands_read_what_the_model_says(self) -> None:
        if not hasattr(self, "hands"):
            return
        for hand in self.hands:
            if self.model is None:
                with pytest.raises((NotFoundError, TrackkitStorageError)):
                    hand.read()
            else:
                assert self.read(hand) == self.model
                assert hand.damaged == self.harmed

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


DocumentMachine.TestCase.settings = settings(
    max_examples=2_000 if os.environ.get("TRACKKIT_LONG") else 60, stateful_step_count=25
)

TestDocument = DocumentMachine.TestCase
