"""The console is heard, and stays as it is."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator

import pytest

from trackkit_jupyter.capture import console


class Heard:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def __call__(self, stream: str, text: str) -> None:
        self.calls.append((stream, text))

    def of(self, stream: str) -> str:
        return "".join(text for name, text in self.calls if name == stream)


@pytest.fixture(autouse=True)
def shown(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What the streams show; they are real text streams over memory."""
    yield capsys
    assert not console._listeners, "a listener was left behind"
    assert not console._taps


def test_lines_are_heard_and_shown(shown: pytest.CaptureFixture[str]) -> None:
    heard = Heard()
    listener = console.listen(heard)
    print("one", 1)
    print("two\nthree", file=sys.stderr)
    print("unfinished", end="")
    listener.stop()
    print("\nnot heard")
    assert heard.calls == [("stdout", "one 1\n"), ("stderr", "two\n"), ("stderr", "three\n"), ("stdout", "unfinished")]
    assert shown.readouterr() == ("one 1\nunfinished\nnot heard\n", "two\nthree\n")


def test_streams_keep_identity_and_attributes_and_are_restored() -> None:
    out, before = sys.stdout, sys.stdout.write
    listener = console.listen(Heard())
    assert sys.stdout is out
    assert (out.encoding.lower(), out.isatty(), out.writable()) == ("utf-8", False, True)
    assert isinstance(out, io.TextIOWrapper)
    with pytest.raises(io.UnsupportedOperation):
        out.fileno()
    assert out.write("x") == 1
    with pytest.raises(TypeError):
        out.write(b"bytes")  # type: ignore[arg-type]
    out.writelines(["a\n", "b\n"])
    listener.stop()
    assert "write" not in vars(out)
    assert out.write == before
    listener.stop()


def test_logging_handler_from_before_is_heard(shown: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    logger = logging.getLogger("a training")
    logger.addHandler(handler)
    heard = Heard()
    listener = console.listen(heard)
    logger.warning("learning rate is high")
    listener.stop()
    logger.warning("later")
    logger.removeHandler(handler)
    assert heard.of("stderr") == "learning rate is high\n"
    assert shown.readouterr().err == "learning rate is high\nlater\n"


def test_several_listeners_one_tap(shown: pytest.CaptureFixture[str]) -> None:
    first, second = Heard(), Heard()
    outer = console.listen(first)
    print("a")
    inner = console.listen(second)
    assert len(console._taps) == 2
    print("b", end="")
    outer.stop()
    print("c")
    inner.stop()
    assert first.of("stdout") == "a\nb"
    assert second.of("stdout") == "bc\n"
    assert shown.readouterr().out == "a\nbc\n"


def test_progress_bar() -> None:
    heard = Heard()
    listener = console.listen(heard)
    for step in range(1001):
        print(f"\r{step / 10:.0f}%", end="", file=sys.stderr)
    print(file=sys.stderr)
    listener.stop()
    assert heard.calls == [("stderr", "100%\n")]


def test_a_failing_sink_is_reported_once_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(stream: str, text: str) -> None:
        print("I print, too", file=sys.stderr)
        raise RuntimeError("the disk has gone")

    heard = Heard()
    with caplog.at_level(logging.DEBUG, "trackkit_jupyter"):
        listeners = console.listen(broken), console.listen(heard)
        for _ in range(3):
            print("still here")
        for listener in listeners:
            listener.stop()
    assert heard.calls == [("stdout", "still here\n")] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "console not recorded: RuntimeError('the disk has gone')"
    ]


def test_a_failing_stream_raises_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    heard = Heard()
    listener = console.listen(heard)
    sys.stdout.close()
    with pytest.raises(ValueError, match="closed file"):
        print("lost")
    print("next", file=sys.stderr)
    listener.stop()
    assert heard.calls == [("stderr", "next\n")]


def test_interrupt_in_a_sink_reaches_the_program() -> None:
    def interrupted(stream: str, text: str) -> None:
        raise KeyboardInterrupt

    listener = console.listen(interrupted)
    with pytest.raises(KeyboardInterrupt):
        print("x")
    listener.stop()
    heard = Heard()
    again = console.listen(heard)
    print("y")
    again.stop()
    assert heard.of("stdout") == "y\n"


def test_threads_lose_nothing() -> None:
    heard = Heard()
    listener = console.listen(heard)
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for step in range(500):
            sys.stdout.write(f"{number} {step}\n")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listener.stop()
    got = heard.of("stdout").splitlines()
    assert sorted(got) == sorted(f"{number} {step}" for number in range(8) for step in range(500))
    for number in range(8):  # the order within a thread is kept
        assert [line for line in got if line.startswith(f"{number} ")] == [f"{number} {step}" for step in range(500)]


def test_no_deadlock_with_a_sink_that_prints_under_its_lock() -> None:
    """One thread holds the sink's lock and prints; the other prints and wants the sink's lock."""
    lock = threading.RLock()
    heard = Heard()
    inside = threading.Event()

    def log(stream: str, text: str) -> None:
        with lock:
            heard(stream, text)

    listener = console.listen(log)
    other = threading.Thread(target=lambda: (inside.wait(10), print("from the other thread")))
    other.start()
    with lock:
        inside.set()
        for _ in range(200):
            print("a warning of the sink")
    other.join(10)
    alive = other.is_alive()
    listener.stop()
    assert not alive
    assert heard.of("stdout").count("\n") == 201


def test_who_wrapped_the_stream_since_is_left_alone(shown: pytest.CaptureFixture[str]) -> None:
    heard = Heard()
    listener = console.listen(heard)
    ours = sys.stdout.write
    sys.stdout.write = lambda text: ours(text.upper())  # type: ignore[method-assign, assignment]
    theirs = sys.stdout.write
    print("a")
    listener.stop()
    assert sys.stdout.write is theirs
    print("b")
    again = console.listen(heard)
    print("c")
    again.stop()
    assert sys.stdout.write is theirs
    del sys.stdout.write
    assert shown.readouterr().out == "A\nB\nC\n"
    assert heard.of("stdout") == "A\nc\n"


def test_redirected_output_goes_where_it_was_sent() -> None:
    heard = Heard()
    listener = console.listen(heard)
    with contextlib.redirect_stdout(io.StringIO()) as elsewhere:
        print("into a string")
        inner = console.listen(heard)
        print("started inside")
        inner.stop()
    print("back")
    listener.stop()
    assert elsewhere.getvalue() == "into a string\nstarted inside\n"
    assert heard.of("stdout").count("started inside") == 2  # once for each of the two
    assert "into a string" not in heard.of("stdout")
    assert heard.of("stdout").endswith("back\n")


def test_one_stream_under_both_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", sys.stdout)
    heard = Heard()
    listener = console.listen(heard)
    print("once", file=sys.stderr)
    listener.stop()
    assert heard.calls == [("stdout", "once\n")]


def test_no_stream_and_an_unchangeable_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fixed:
        __slots__ = ()

        def write(self, text: str) -> int:
            return len(text)

    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", Fixed())
    heard = Heard()
    listener = console.listen(heard)
    print("nowhere")
    print("unheard", file=sys.stderr)
    listener.stop()
    assert heard.calls == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_forked_child_prints_freely() -> None:
    """Forked while another thread holds the lock of the tap: the child neither hangs nor records."""
    code = """
        import os, sys, threading
        from trackkit_jupyter.capture import console
        pid = os.getpid()
        heard = []
        listener = console.listen(lambda stream, text: heard.append((os.getpid() == pid, text)))
        held, done = threading.Event(), threading.Event()
        def hold():
            with console._taps[0].lock, console._registry:
                held.set()
                done.wait(20)
        threading.Thread(target=hold).start()
        held.wait(20)
        child = os.fork()
        if child == 0:
            print("child", flush=True)
            own = console.listen(lambda stream, text: None)
            print("again", flush=True)
            own.stop()
            listener.stop()
            os._exit(0 if not heard else 3)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        done.set()
        print("parent")
        listener.stop()
        sys.exit(status or heard != [(True, "parent\\n")])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "child\nagain\nparent\n"
