"""The grammar of queries: text to conditions, and to an order. A Pratt parser; nothing of a query is ever executed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from trackkit_jupyter.errors import QueryError, TrackkitTypeError, shown
from trackkit_jupyter.query.dates import EXPECTED, read_moment
from trackkit_jupyter.query.hints import example, near, no_field, no_status
from trackkit_jupyter.query.nodes import (
    FIELDS,
    KEYED,
    STATISTICS,
    All,
    Compare,
    Condition,
    Field,
    Negation,
    OneOf,
    Order,
    Value,
    as_number,
)
from trackkit_jupyter.query.tokens import Token, refuse, tokens
from trackkit_jupyter.records import Status, split_key

__all__ = ["DEPTH", "TERMS", "parse", "parse_order", "status_named"]

#: How deeply a query may be nested, and how many comparisons it may make.
DEPTH, TERMS = 50, 200

_COMPARISONS = {"==", "=", "!=", "<>", "<", "<=", ">", ">=", "~"}
_SPELLED = {"=": "==", "<>": "!="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CONSTANTS: dict[str, Value] = {
    "true": True,
    "false": False,
    "none": None,
    "null": None,
    "nan": float("nan"),
    "inf": float("inf"),
    "infinity": float("inf"),
}
_CONTAINS = ("contains", "like", "matches", "includes")
_OR, _AND, _NOT, _COMPARE = 10, 20, 30, 40
_STATUSES = {status.value: status.value for status in Status} | {
    "created": "draft",
    "in_progress": "running",
    "stopped": "aborted",
}


def parse(query: str, *, now: float | None = None) -> Condition:
    """Return the condition that a query says.

    Parameters
    ----------
    query
        Such as ``metrics["loss/val"].min < 0.1 and "baseline" in tags``. All experiments if it is blank.
    now
        Unix time in seconds, from which relative dates count; default: now.

    Raises
    ------
    QueryError
        It cannot be read; the message shows where, and what was expected.
    TrackkitTypeError
        It is no text.
    """
    if not isinstance(query, str):
        raise TrackkitTypeError(f"query must be text, not {type(query).__name__}.", "query")
    if not query.strip():
        return All(())
    parser = _Parser(query, "query", time.time() if now is None else now)
    condition = parser.condition(parser.expression(0))
    parser.end("`and`, `or` or the end of the query")
    return condition


def parse_order(order_by: str | Iterable[str]) -> tuple[Order, ...]:
    """Return the order that a text, or a list of them, says: fields, with ``-`` in front for descending.

    Parameters
    ----------
    order_by
        Such as ``'-metrics["loss/val"].min'``, ``"project, -created"`` or ``["project", "-created"]``.

    Raises
    ------
    QueryError
        It cannot be read.
    TrackkitTypeError
        Neither a text nor a list of texts.
    """
    texts = [order_by] if isinstance(order_by, str) else order_by
    if not isinstance(texts, Iterable):
        raise TrackkitTypeError(f"order_by must be text or a list of texts, not {type(order_by).__name__}.", "order_by")
    found: list[Order] = []
    for text in texts:
        if not isinstance(text, str):
            raise TrackkitTypeError(f"order_by must hold texts, not {type(text).__name__}.", "order_by")
        found += _Parser(text, "order_by", 0.0).orders()
        if len(found) > TERMS:
            raise QueryError(f"order_by may name {TERMS} fields at most.", "order_by")
    return tuple(dict.fromkeys(found))


def status_named(word: str) -> str | None:
    """Return the status that a word names, in our names or the older ones (created, in_progress, stopped)."""
    return _STATUSES.get(word.lower())


@dataclass(frozen=True, slots=True)
class _Operand:
    """A field, a value or a list of values, and where it stands."""

    content: Field | Value | tuple[_Operand, ...]
    text: str
    start: int


class _Parser:
    def __init__(self, query: str, argument: str, now: float) -> None:
        self._query, self._argument, self._now = query, argument, now
        self._tokens = tokens(query, argument)
        self._place = self._depth = self._terms = 0

    # -- conditions

    def expression(self, power: int) -> _Operand | Condition:
        """Read an expression whose operators all bind more strongly than `power`."""
        self._depth += 1
        if self._depth > DEPTH:
            self._refuse(self._next, f"The query is nested more than {DEPTH} deep.")
        left = self._prefix()
        while True:
            token, word = self._next, self._next.text.lower()
            if token.kind == "word" and word in ("and", "or"):
                own = _AND if word == "and" else _OR
                if own <= power:
                    break
                self._take()
                left = self._join(word, self.condition(left), self.condition(self.expression(own)))
            elif power < _COMPARE and (token.text in _COMPARISONS or (token.kind == "word" and word in ("in", "not"))):
                left = self._membership(left) if token.kind == "word" else self._comparison(left)
            else:
                break
        self._depth -= 1
        return left

    def condition(self, node: _Operand | Condition) -> Condition:
        """Return an expression as a condition: a flag alone is one."""
        if not isinstance(node, _Operand):
            return node
        if isinstance(node.content, Field) and node.content.kind == "flag":
            return Compare(node.content, "==", True)
        if isinstance(node.content, bool):
            return All(()) if node.content else OneOf(())
        if isinstance(node.content, Field):
            if self._next.text.lower() in _CONTAINS:
                self._refuse(self._next, "Expected a comparison; did you mean ~?")
            message = f"Expected a comparison after {node.text}, such as `{example(node.content)}`."
        else:
            message = f"{shown(node.text)} is a value; a condition compares a field with it."
        return self._at(node.start, message)

    def end(self, expected: str) -> None:
        """Raise unless nothing follows."""
        if self._next.kind != "end":
            self._refuse(self._next, f"Expected {expected}.")

    def orders(self) -> list[Order]:
        """Read a whole order."""
        if self._next.kind == "end":
            return []
        found = []
        while True:
            descending = self._next.text == "-" and self._next.kind == "sign"
            if descending:
                self._take()
            token = self._next
            if token.kind != "word":
                self._refuse(token, "Expected the name of a field.")
            operand = self._field()
            assert isinstance(operand.content, Field)
            if operand.content.kind == "tags":
                self._at(operand.start, "tags have no order.")
            found.append(Order(operand.content, descending))
            if self._next.text != "," or self._next.kind != "sign":
                break
            self._take()
        self.end("a comma or the end")
        return found

    def _join(self, word: str, left: Condition, right: Condition) -> Condition:
        kind = All if word == "and" else OneOf
        return kind(
            tuple(term for side in (left, right) for term in (side.terms if isinstance(side, kind) else (side,)))
        )

    def _prefix(self) -> _Operand | Condition:
        token = self._next
        if token.kind == "word" and token.text.lower() == "not":
            self._take()
            return Negation(self.condition(self.expression(_NOT)))
        if token.kind == "sign" and token.text == "(":
            self._take()
            inner = self.expression(0)
            self._expect(")", "`)`")
            return inner
        return self._operand()

    def _comparison(self, left: _Operand | Condition) -> Condition:
        found: list[Condition] = []
        while self._next.kind == "sign" and self._next.text in _COMPARISONS:
            token = self._take()
            operator = _SPELLED.get(token.text, token.text)
            if not isinstance(left, _Operand):
                self._refuse(token, "Expected a field or a value before this.")
            right = self._operand(value=isinstance(left.content, Field))
            found.append(self._pair(left, operator, right, token))
            left = right
        return found[0] if len(found) == 1 else All(tuple(found))

    def _pair(self, left: _Operand, operator: str, right: _Operand, token: Token) -> Condition:
        if not isinstance(left.content, Field):
            left, right, operator = right, left, _MIRRORED.get(operator, operator)
            if operator == "~":
                self._refuse(token, "Before ~ stands a field, after it the text that it contains.")
        if not isinstance(left.content, Field):
            self._refuse(token, "One side of a comparison must be a field.")
        if isinstance(right.content, Field):
            self._at(right.start, "Expected a value: a field cannot be compared with another field.")
        if isinstance(right.content, tuple):
            self._at(right.start, "A list stands after `in` only.")
        return self._compare(left.content, operator, right, token)

    def _membership(self, left: _Operand | Condition) -> Condition:
        token = self._take()
        negated = token.text.lower() == "not"
        if negated and (self._next.kind != "word" or self._take().text.lower() != "in"):
            self._refuse(token, "Expected `and`, `or`, `in` or a comparison before `not`.")
        if not isinstance(left, _Operand):
            self._refuse(token, "Expected a field or a text before `in`.")
        right = self._operand()
        condition: Condition
        if isinstance(right.content, Field):
            if right.content.kind != "tags":
                self._at(right.start, f"Only tags and lists can be searched with `in`; use `{right.text} ~ ...`.")
            if isinstance(left.content, Field | tuple):
                self._at(left.start, "Expected a text before `in tags`.")
            condition = self._compare(right.content, "==", left, token)
        elif isinstance(left.content, Field) and isinstance(right.content, tuple):
            if left.content.kind == "tags":
                self._at(left.start, 'Write `"a" in tags or "b" in tags`.')
            condition = OneOf(tuple(self._compare(left.content, "==", item, token) for item in right.content))
        else:
            self._at(right.start, 'Expected `"text" in tags` or `field in ("a", "b")`.')
        return Negation(condition) if negated else condition

    def _compare(self, field: Field, operator: str, value: _Operand, token: Token) -> Compare:
        self._terms += 1
        if self._terms > TERMS:
            self._refuse(token, f"A query may make {TERMS} comparisons at most.")
        if field.kind == "tags" and token.text not in ("~", "in", "not") and value.content is not None:
            self._refuse(token, 'Write `"a tag" in tags`, or `tags ~ "part of one"`.')
        content = value.content
        assert not isinstance(content, Field | tuple)
        if content is None:
            if operator not in ("==", "!="):
                self._refuse(token, "none can be compared with == and != only.")
            return Compare(field, operator, None)
        if operator == "~":
            if field.kind not in ("text", "value", "tags"):
                self._refuse(token, f"~ searches in text, and this field holds a {field.kind}.")
            return Compare(field, operator, value.text)
        return Compare(field, operator, self._converted(field, operator, value, content, token))

    def _converted(self, field: Field, operator: str, value: _Operand, content: Value, token: Token) -> Value:
        """Return a value as one of the field's kind."""
        kind = field.kind
        if kind == "text" and field.name == "status" and operator in ("==", "!="):
            status = status_named(value.text)
            if status is None:
                self._at(value.start, no_status(value.text, shown(value.text), Status))
            return status
        if kind in ("text", "tags"):
            return value.text
        if kind == "time":
            moment = read_moment(value.text, self._now) if isinstance(content, str) else None
            if moment is None:
                self._at(value.start, f"Expected a date in quotes, such as {EXPECTED}.")
            return moment
        if kind == "flag":
            if not isinstance(content, bool) or operator not in ("==", "!="):
                self._at(value.start, "Expected `== true` or `== false`.")
            return content
        if kind == "number":
            number = as_number(content) if isinstance(content, str) else content
            if isinstance(number, bool) or not isinstance(number, float):
                self._at(value.start, "Expected a number.")
            return number
        if isinstance(content, bool) and operator not in ("==", "!="):
            self._refuse(token, "true and false can be compared with == and != only.")
        return content

    # -- operands

    def _operand(self, *, value: bool = False) -> _Operand:
        token = self._next
        if token.kind == "text":
            self._take()
            return _Operand(token.text, token.text, token.start)
        if token.kind == "number" or (token.kind == "sign" and token.text == "-"):
            return self._number()
        if token.kind == "sign" and token.text in ("(", "["):
            return self._list()
        if token.kind != "word" or token.text.lower() in ("and", "or", "in", "not"):
            self._refuse(token, "Expected a field or a value.")
        if token.text.lower() in _CONSTANTS and token.text not in FIELDS:
            self._take()
            return _Operand(_CONSTANTS[token.text.lower()], token.text, token.start)
        return self._field(value=value)

    def _number(self) -> _Operand:
        token = self._take()
        sign = token.text if token.text == "-" else ""
        if sign:
            after = self._take()
            if after.kind != "number" and after.text.lower() not in ("inf", "infinity"):
                self._refuse(after, "Expected a number after -.")
            return _Operand(-float(after.text), sign + after.text, token.start)
        return _Operand(float(token.text), token.text, token.start)

    def _list(self) -> _Operand:
        opening = self._take()
        closing = ")" if opening.text == "(" else "]"
        items: list[_Operand] = []
        while not (self._next.kind == "sign" and self._next.text == closing):
            start = self._next
            item = self._operand(value=True) if start.text not in ("(", "[") or start.kind == "text" else None
            if item is None or isinstance(item.content, Field):
                self._refuse(start, "A list holds values only.")
            items.append(item)
            if self._next.text != "," or self._next.kind != "sign":
                break
            self._take()
        self._expect(closing, f"a comma or `{closing}`")
        return _Operand(tuple(items), "the list", opening.start)

    def _field(self, *, value: bool = False) -> _Operand:
        """Read a field; `value` says that only a value could stand here."""
        token = self._take()
        name = token.text
        if name in FIELDS:
            return _Operand(Field(name), name, token.start)
        dotted = self._dotted()
        if name not in KEYED or dotted:
            in_tags = [one.text.lower() for one in self._tokens[self._place :][:2]] == ["in", "tags"]
            self._refuse(token, no_field(name, dotted, value=value or in_tags))
        keys = self._keys(name)
        if name != "metrics":
            return _Operand(Field(name, keys), name, token.start)
        statistic = "last"
        if self._next.kind == "sign" and self._next.text == ".":
            self._take()
            chosen = self._take()
            if chosen.text not in STATISTICS or chosen.kind != "word":
                hint = near(chosen.text, STATISTICS) if chosen.kind == "word" else "."
                self._refuse(chosen, f"Expected one of {', '.join(STATISTICS)}{hint}")
            statistic = chosen.text
        pair = keys if len(keys) == 2 else split_key(keys[0])
        return _Operand(Field(name, pair, statistic), name, token.start)

    def _dotted(self) -> str:
        """Return the word behind a dot, which other tools write for brackets; what follows is not read."""
        dot, *after = self._tokens[self._place :][:2]
        return after[0].text if after and (dot.kind, dot.text, after[0].kind) == ("sign", ".", "word") else ""

    def _keys(self, name: str) -> tuple[str, ...]:
        found: list[str] = []
        while self._next.kind == "sign" and self._next.text == "[":
            opening = self._take()
            if len(found) == KEYED[name][1]:
                self._refuse(opening, f"{name} takes {'one key' if KEYED[name][1] == 1 else 'two keys at most'}.")
            key = self._take()
            if key.kind != "text":
                self._refuse(key, f'Expected a name in quotes, as in {name}["..."].')
            found.append(key.text)
            self._expect("]", "`]`")
        if not found:
            self._refuse(self._next, f'Expected a name in brackets: {name}["..."].')
        return tuple(found)

    # -- tokens

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._tokens[self._place]
        if token.kind != "end":
            self._place += 1
        return token

    def _expect(self, sign: str, expected: str) -> None:
        token = self._take()
        if token.kind != "sign" or token.text != sign:
            self._refuse(token, f"Expected {expected}.")

    def _refuse(self, token: Token, message: str) -> NoReturn:
        end = " The query ends here." if token.kind == "end" and self._argument == "query" else ""
        refuse(self._query, token.start, message + end, self._argument)

    def _at(self, place: int, message: str) -> NoReturn:
        refuse(self._query, place, message, self._argument)
