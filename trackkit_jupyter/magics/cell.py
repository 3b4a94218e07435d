"""Running the body of a ``%%track`` cell in the person's namespace, awaiting included."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

from IPython.core.async_helpers import _should_be_async
from IPython.core.displayhook import DisplayHook
from IPython.core.error import UsageError

__all__ = ["Body", "awaited"]

_NO_AWAIT = re.compile(r"'(await|async \w+)' outside|asynchronous comprehension outside")


@dataclass(frozen=True)
class Body:
    """A cell as code: all but its last expression, and that one, whose value the cell shows."""

    shell: Any
    code: CodeType
    last: CodeType | None
    filename: str  # the name tracebacks know it by

    @classmethod
    def compiled(cls, shell: Any, cell: str, *, awaits: bool = False) -> Body:
        """Return the cell as code.

        Raises
        ------
        SyntaxError
            It is no Python.
        UsageError
            It awaits, and may not.
        """
        # One line more, in place of the %%track line: line numbers in tracebacks are those of the notebook's cell.
        source = "\n" + shell.transform_cell(cell)
        filename = shell.compile.cache(source, shell.execution_count, raw_code=cell)
        last = None
        try:
            with shell.builtin_trap, shell.compile.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if awaits else 0):
                tree = shell.transform_ast(shell.compile.ast_parse(source, filename=filename))
                if shell.ast_node_interactivity != "none" and tree.body and isinstance(tree.body[-1], ast.Expr):
                    ends_in_semicolon: Any = DisplayHook.semicolon_at_end_of_expression
                    if not ends_in_semicolon(source):
                        last = shell.compile(ast.Expression(tree.body.pop().value), filename, "eval")
                return cls(shell, shell.compile(tree, filename, "exec"), last, filename)
        except SyntaxError as error:
            if _NO_AWAIT.match(str(error)):
                raise UsageError("%%track can await only where cells can. Run this first: %autoawait asyncio") from None
            raise

    def run(self) -> Any:
        """Run it, and return the value of its last expression."""
        try:
            self.shell.ex(self.code)
            return None if self.last is None else self.shell.ev(self.last)
        except BaseException as error:
            self._begin_in_the_cell(error)
            raise

    async def run_awaiting(self) -> Any:
        """Run it in the shell's event loop, and return the value of its last expression."""
        value = None
        try:
            for code in filter(None, (self.code, self.last)):
                value = self.shell.ev(code)  # of code that awaits: a coroutine
                if code.co_flags & inspect.CO_COROUTINE:
                    value = await value
        except BaseException as error:
            self._begin_in_the_cell(error)
            raise
        return None if self.last is None else value

    def _begin_in_the_cell(self, error: BaseException) -> None:
        """Let the traceback begin in the person's cell: the frames of the magic that ran it are not theirs."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != self.filename:
            trace = trace.tb_next
        if trace is None or isinstance(error, SyntaxError):
            return

        def render() -> list[str]:
            shown = self.shell.InteractiveTB.structured_traceback(type(error), error, trace, tb_offset=0)
            lines: list[str] = shown
            return lines

        error._render_traceback_ = render  # type: ignore[attr-defined]


def awaited(shell: Any, owner: str) -> Callable[[list[str]], list[str]]:
    """Return an input transformer: a ``%%track`` cell that awaits becomes an awaited call.

    A shell runs a cell in its event loop only when the cell itself awaits, which the call of a magic does not.

    Parameters
    ----------
    shell
        The shell.
    owner
        Name of the registered magics class that has ``track_awaiting(line, cell)``.
    """

    def transform(lines: list[str]) -> list[str]:
        if not lines or not re.match(r"%%track\s", lines[0]) or not shell.autoawait:
            return lines
        body = "".join(lines[1:])
        if not re.search(r"\b(await|async)\b", body) or not _should_be_async(shell.transform_cell(body)):
            return lines
        line = lines[0].removeprefix("%%track").strip()
        return [f"await get_ipython().magics_manager.registry[{owner!r}].track_awaiting({line!r}, {body!r})\n"]

    return transform
