"""Hooks: the hooked call is what it was, whatever happens on our side; the last one to stop takes them away."""

from __future__ import annotations

import importlib
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from trackkit_jupyter.capture import hooks, imports
from trackkit_jupyter.capture.hooks import Call, Hook, Watch
from trackkit_jupyter.errors import TrackkitStateError, TrackkitValueError

SOURCE = """
    class Base:
        def save(self, path):
            if path == "bad":
                raise OSError("no")
            return f"saved {path}"
    class Child(Base):
        pass
    def show(*figures, style=None):
        inner()
        return figures, style
    def inner():
        return 1
"""


class Sink:
    def __init__(self, current: bool = True) -> None:
        self.current = current
        self.seen: list[Any] = []

    def is_current(self) -> bool:
        return self.current


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = "library_of_another"
    (tmp_path / f"{name}.py").write_text(textwrap.dedent(SOURCE), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    sys.modules.pop(name, None)
    assert not hooks._placed
    assert imports._finder not in sys.meta_path or imports._waiting


def watch(sink: Any, *found: Hook) -> Watch:
    return Watch(sink, {"figures", "models"}, found)


def seen(sink: Sink, call: Call) -> None:
    sink.seen.append((call.args, call.kwargs, call.result))


def test_before_and_after_and_gone(library: str) -> None:
    module = importlib.import_module(library)
    before = module.show
    sink = Sink()
    watching = watch(sink, Hook("figures", library, "show", before=seen, after=seen))
    assert module.show(1, style="a") == ((1,), "a")
    assert sink.seen == [((1,), {"style": "a"}, None), ((1,), {"style": "a"}, ((1,), "a"))]
    watching.stop()
    watching.stop()
    assert module.show is before
    module.show()
    assert len(sink.seen) == 2


def test_a_library_that_is_imported_later_is_hooked_then(library: str) -> None:
    sink = Sink()
    watching = watch(sink, Hook("models", library, "Child.save", after=seen), Hook("models", library, "gone", seen))
    assert library not in sys.modules
    module = importlib.import_module(library)
    assert module.__loader__.get_source(library)
    assert module.Child().save("a") == "saved a"
    assert module.Base().save("b") == "saved b"
    assert [args[1] for args, _, _ in sink.seen] == ["a"]
    watching.stop()
    assert "save" not in vars(module.Child)


def test_imported_by_its_name_in_the_program(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(library)
    main = ModuleType("__main__")
    main.show = before = module.show  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "__main__", main)
    sink = Sink()
    watching = watch(sink, Hook("figures", library, "show", before=seen))
    main.show()
    assert len(sink.seen) == 1
    watching.stop()
    assert main.show is before


def test_exceptions_of_the_call_are_its_own(library: str) -> None:
    module = importlib.import_module(library)
    sink = Sink()
    watching = watch(sink, Hook("models", library, "Base.save", after=seen))
    with pytest.raises(OSError, match=r"^no$") as raised:
        module.Base().save("bad")
    assert raised.value.__context__ is None
    with pytest.raises(TypeError):
        module.Base().save()
    assert sink.seen == []
    watching.stop()


def test_a_fault_of_ours_is_told_once_and_switches_the_part_off(library: str) -> None:
    module = importlib.import_module(library)
    sink = Sink()

    def broken(sink: Sink, call: Call) -> None:
        sink.seen.append(1)
        call.args, call.kwargs = ("spoilt",), {"more": 1}
        raise RuntimeError("ours")

    watching = watch(
        sink, Hook("figures", library, "show", before=broken), Hook("models", library, "Base.save", after=seen)
    )
    with pytest.warns(RuntimeWarning, match="the part 'figures' is no longer recorded: RuntimeError: ours"):
        assert module.show(1) == ((1,), None)
    assert module.show(2, style="b") == ((2,), "b")
    assert sink.seen == [1]
    module.Base().save("a")  # the other part goes on
    assert len(sink.seen) == 2
    watching.stop()
    watching = watch(sink, Hook("figures", library, "show", before=seen))  # and the next experiment tries again
    module.show(3)
    assert len(sink.seen) == 3
    watching.stop()


def test_what_cannot_be_kept_is_told_once_and_the_next_is_taken(library: str) -> None:
    module = importlib.import_module(library)
    sink = Sink()

    def picky(sink: Sink, call: Call) -> None:
        if call.args[0] == "ended":
            raise TrackkitStateError("has ended")
        if call.args[0] > 1:
            raise TrackkitValueError("too large", "figure")
        sink.seen.append(call.args[0])

    watching = watch(sink, Hook("figures", library, "show", before=picky))
    with pytest.warns(RuntimeWarning, match="cannot be recorded: .*too large"):
        module.show(2)
    for value in (3, 0, "ended", 1):
        module.show(value)
    assert sink.seen == [0, 1]
    watching.stop()


def test_where_warnings_are_errors(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(library)
    watching = watch(Sink(), Hook("figures", library, "show", before=lambda sink, call: 1 / 0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert module.show(1) == ((1,), None)
    assert "ZeroDivisionError" in capsys.readouterr().err
    watching.stop()


def test_an_interrupt_is_no_fault_of_ours(library: str) -> None:
    module = importlib.import_module(library)

    def interrupted(sink: Sink, call: Call) -> None:
        raise KeyboardInterrupt

    watching = watch(Sink(), Hook("figures", library, "show", before=interrupted))
    with pytest.raises(KeyboardInterrupt):
        module.show()
    watching.stop()


def test_what_a_function_does_inside_is_not_done_by_the_user(library: str) -> None:
    module = importlib.import_module(library)
    sink = Sink()
    watching = watch(
        sink, Hook("figures", library, "show", before=seen), Hook("figures", library, "inner", before=seen)
    )
    module.show()
    assert len(sink.seen) == 1
    module.inner()
    assert len(sink.seen) == 2
    watching.stop()


def test_only_the_current_one_of_several_hears(library: str) -> None:
    module = importlib.import_module(library)
    first, second = Sink(current=False), Sink()
    hook = Hook("figures", library, "show", before=seen)
    one, two = watch(first, hook), watch(second, hook)
    module.show()
    assert (len(first.seen), len(second.seen)) == (0, 1)
    first.current, second.current = True, False
    two.stop()
    module.show()
    assert (len(first.seen), len(second.seen)) == (1, 1)
    one.stop()


def test_hooked_over_by_somebody_else(library: str) -> None:
    module = importlib.import_module(library)
    sink = Sink()
    watching = watch(sink, Hook("figures", library, "show", before=seen))
    ours = module.show
    module.show = theirs = lambda *args: ours(*args)
    watching.stop()
    assert module.show is theirs
    assert module.show(1) == ((1,), None)
    assert sink.seen == []
