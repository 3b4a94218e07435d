"""Claims in reports: a sentence, the data behind it, and whether it still holds whenever the report is read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from trackkit_jupyter.operations.claims import claim as look
from trackkit_jupyter.records import check_text, iso
from trackkit_jupyter.store import Store
from trackkit_jupyter.tracking.habits import explained
from trackkit_jupyter.views.claims import claim_of, words_of
from trackkit_jupyter.views.view import View

__all__ = ["Claim", "claim", "claims_of", "make"]


@dataclass(frozen=True)
class Claim:
    """A claim, as the data has it now.

    Attributes
    ----------
    text : str
        What is claimed.
    verdict : str
        ``holds``, ``contradicted``, ``open`` or ``unknown``.
    sentence : str
        The verdict in words, with the difference, its interval and how many experiments stand behind it.
    data : dict
        All of it: see :func:`trackkit_jupyter.operations.claims.claim`.
    view : View or None
        What shows it, where it is the last line of a cell; ``None`` where it is shown already.
    """

    text: str
    verdict: str
    sentence: str
    data: dict[str, Any] = field(repr=False)
    view: View | None = field(default=None, repr=False, compare=False)

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return self.verdict == "holds"

    @property
    def difference(self) -> float | None:
        """The difference of the means, a minus b; ``None`` where too little is known."""
        return self.data["difference"]  # type: ignore[no-any-return]

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends of its interval."""
        return None if self.data["low"] is None else (self.data["low"], self.data["high"])

    def __repr__(self) -> str:
        return f"<Claim {self.text!r}: {self.sentence}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from trackkit_jupyter.views.bundle import mimebundle

        return {} if self.view is None else mimebundle(self.view)


@explained
def claim(text: str, metric: str, a: str, b: str, **options: Any) -> View:
    """Return the view of a claim: the last line of a cell shows it, and it is looked at again whenever it is shown.

    Parameters
    ----------
    text
        What is claimed, in words.
    metric, a, b, **options
        As of :meth:`Report.claim`.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        A wrong argument.
    QueryError
        A query cannot be read.
    """
    return View("claim", (), None, _options(text, metric, a, b, options), text)


def make(store: Store[Any], text: str, metric: str, a: str, b: str, options: Mapping[str, Any]) -> tuple[View, Claim]:
    """Return the view of a claim, which knows what the data says now, and the claim."""
    kept = _options(text, metric, a, b, options)
    found = claim_of(View("claim", (), None, kept, text), store)
    then = {key: found[key] for key in ("verdict", "difference", "low", "high")}
    then |= {"time": iso(time.time()), "a": len(found["a"]["values"]), "b": len(found["b"]["values"])}
    view = View("claim", (), None, {**kept, "then": then}, text).with_store(store)
    return view, Claim(text, found["verdict"], found["sentence"], found, view)


def claims_of(content: Any, store: Store[Any]) -> Iterator[tuple[View, Claim]]:
    """Give the claims of a notebook, each as the data of a store has it now."""
    from trackkit_jupyter.reports.freeze import views_of

    for view in views_of(content):
        if view.kind == "claim":
            found = claim_of(view, store)
            yield view, Claim(str(view.options.get("text") or ""), found["verdict"], words_of(view, found), found)


def _options(text: str, metric: str, a: str, b: str, options: Mapping[str, Any]) -> dict[str, Any]:
    from trackkit_jupyter.operations import check
    from trackkit_jupyter.query import asked

    check_text(text, "text", what="A claim")
    given = {"metric": metric, "a": a, "b": b, **options}
    check(look, given)
    for query in (a, b):
        asked(query)
    return {"text": text, **given}
