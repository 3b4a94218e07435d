"""What a view says in words: a title, a line, and small tables, as Markdown, HTML and plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Summary",
    "Table",
    "compare",
    "describe",
    "describe_model",
    "everything",
    "listed",
    "listing",
    "listing_models",
    "message",
    "number",
    "single_values",
]

Wanted = Callable[[str, str], bool]
_ROWS = 12  # a table in a notebook is a glance, not a database
_COLUMNS = 8
_CUT = 60
#: Signs of Markdown, and those that make a link of a bare address.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~$!@]|:(?=//)|(?<=mailto):|(?<=xmpp):|(?<=www)\.)", re.IGNORECASE)


#: Letters that are no part of a number.
_WORDS = re.compile(r"(?!\b(?:nan|inf|infinity|true|false|e)\b)[^\W\d_]{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """Rows of text below a header; columns of numbers, all but the first, are right-aligned when `numeric`."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: bool = True

    @property
    def sides(self) -> list[str]:
        """Where the cells of each column stand, ``left`` or ``right``."""
        columns = list(zip(*self.rows, strict=False)) or [() for _ in self.header]
        return [
            "left" if at == 0 or not self.numeric or any(_WORDS.search(cell) for cell in column) else "right"
            for at, column in enumerate(columns)
        ]


@dataclass(frozen=True)
class Summary:
    """A view in words."""

    title: str
    line: str = ""
    tables: list[Table] = field(default_factory=list)

    def markdown(self) -> str:
        """Return it as Markdown; what people named is escaped."""
        parts = [f"**{escape_markdown(self.title)}**" if self.title else ""]
        if self.line:
            parts[0] = f"{parts[0]} · {escape_markdown(self.line)}" if parts[0] else escape_markdown(self.line)
        for table in self.tables:
            align = [":--" if side == "left" else "--:" for side in table.sides]
            lines = [_row(table.header), _row(align, escape=False)]
            parts.append("\n".join([*lines, *(_row(row) for row in table.rows)]))
        return "\n\n".join(part for part in parts if part)

    def html(self, picture: str = "") -> str:
        """Return it as HTML, with `picture` (markup of ours) between the line and the tables."""
        escape = html.escape
        parts = [
            f"<div><b>{escape(self.title)}</b>{' · ' if self.title and self.line else ''}{escape(self.line)}</div>"
        ]
        parts.append(picture)
        for table in self.tables:
            sides = table.sides
            head = _cells("th", table.header, sides)
            rows = "".join(f"<tr>{_cells('td', row, sides)}</tr>" for row in table.rows)
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
        return "".join(parts)

    def plain(self) -> str:
        """Return it as plain text."""
        parts = [" · ".join(part for part in (self.title, self.line) if part)]
        for table in self.tables:
            everything = [list(table.header), *(list(row) for row in table.rows)]
            widths = [max(len(row[index]) for row in everything) for index in range(len(table.header))]
            for row in everything:
                cells = [row[0].ljust(widths[0])]
                cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
                parts.append("  ".join(cells).rstrip())
        return "\n".join(parts)


def escape_markdown(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no HTML, one line."""
    return html.escape(_MARKDOWN.sub(r"\\\1", " ".join(text.split())), quote=False)


def number(value: Any, digits: int = 4) -> str:
    """Return a recorded value as people read it: 4 significant digits."""
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return "" if value is None else str(value)


def message(title: str, text: str) -> Summary:
    """Return one sentence under a title."""
    return Summary(title, text)


def everything(_metric: str, _variant: str) -> bool:
    """Want every metric and variant."""
    return True


def describe(exp: Any, wanted: Wanted = everything) -> Summary:
    """Return an experiment in words: name, status, last metrics, single values, hyperparameters.

    Parameters
    ----------
    exp
        The experiment.
    wanted
        Which metrics and variants; by default all, and the single values too.
    """
    parts = [exp.standing, exp.project]
    if exp.last_iteration is not None:
        parts.append(f"iteration {exp.last_iteration:,}")
    if exp.tags:
        parts.append(", ".join(exp.tags))
    tables = []
    rows = _measured(exp, wanted)
    if rows:
        tables.append(Table(("metric", "last", "min", "max"), _most(rows)))
    rows = [[name, value] for name, value in parameters(exp).items()]
    if rows:
        tables.append(Table(("hyperparameter", "value"), _most(rows)))
    return Summary(exp.name, " · ".join(parts), tables)


def describe_model(model: Any) -> Summary:
    """Return a model in words: name, version, status, framework, last metrics, single values, labels, metadata."""
    parts = [f"version {model.version}", model.status, model.project, model.framework or "", ", ".join(model.tags)]
    rows = _measured(model, everything)
    tables = [Table(("metric", "last", "min", "max"), _most(rows))] if rows else []
    labels = [[_cut(name), str(value)] for name, value in model.labels.items()]
    if labels:
        tables.append(Table(("label", "ID"), _most(labels)))
    items = [[_cut(key), _cut(item["value"])] for key, item in model.metadata.items()]
    if items:
        tables.append(Table(("metadata", "value"), _most(items)))
    return Summary(model.name, " · ".join(part for part in parts if part), tables)


def _measured(item: Any, wanted: Wanted) -> list[list[str]]:
    """Return a row per metric of an experiment or a model, then one per single value."""
    rows = [
        [_join(metric, variant), *(number(summary.get(kind)) for kind in ("last", "min", "max"))]
        for metric, variants in item.metrics.items()
        for variant, summary in variants.items()
        if not metric.startswith(":") and wanted(metric, variant)
    ]
    singles = {name: value for name, value in item.single_values.items() if wanted(name, "")}
    return rows + [[_cut(name), number(value), "", ""] for name, value in singles.items()]


def compare(experiments: Sequence[Any], wanted: Wanted = everything) -> Summary:
    """Return experiments side by side: hyperparameters that differ, then last metrics, the best in each row marked."""
    total, experiments = len(experiments), list(experiments)[:_COLUMNS]
    names = [_cut(exp.name, 30) for exp in experiments]
    names = [
        f"{name} ({exp.id[:6]})" if names.count(name) > 1 else name
        for name, exp in zip(names, experiments, strict=True)
    ]
    tables = []
    sets = [parameters(exp) for exp in experiments]
    keys = list(dict.fromkeys(key for values in sets for key in values))
    rows = [[key, *(values.get(key, "") for values in sets)] for key in keys]
    rows = [row for row in rows if len(set(row[1:])) > 1]
    if rows:
        tables.append(Table(("hyperparameter", *names), _most(rows)))
    rows = [[key, *_marked(key, values)] for key, values in _results(experiments, wanted).items()]
    if rows:
        tables.append(Table(("metric", *names), _most(rows)))
    line = f"the first {_COLUMNS}" if total > _COLUMNS else ", ".join(names) if not tables else ""
    what = "models" if experiments and all(hasattr(exp, "framework") for exp in experiments) else "experiments"
    return Summary(f"{total:,} {what}", line, tables)


def listing(experiments: Sequence[Any], total: int | None = None) -> Summary:
    """Return a list of experiments in words, one row each."""
    items = list(experiments)
    metrics = list(dict.fromkeys(_join(*pair) for exp in items[:50] for pair in exp.names() if pair[0][:1] != ":"))[:4]
    rows = []
    for exp in items[:50]:
        values = {
            _join(metric, variant): number(summary["last"])
            for metric, variants in exp.metrics.items()
            for variant, summary in variants.items()
        }
        last = [values.get(metric, "") for metric in metrics]
        rows.append([_cut(exp.name), _cut(exp.project), exp.standing, *last, exp.id[:8]])
    return listed(
        "experiment", ("name", "project", "status", *metrics, "id"), rows, len(items) if total is None else total
    )


def listing_models(models: Sequence[Any], total: int | None = None) -> Summary:
    """Return a list of models in words, one row each."""
    items = list(models)
    rows = [
        [_cut(model.name), str(model.version), model.status, model.framework or "", _cut(model.project), model.id[:8]]
        for model in items[:50]
    ]
    header = ("name", "version", "status", "framework", "project", "id")
    return listed("model", header, rows, len(items) if total is None else total)


def listed(what: str, header: Sequence[str], rows: list[list[str]], count: int) -> Summary:
    """Return so many experiments or models in words, of which some are rows."""
    line = "" if len(rows) == count else f"the first {len(rows)} of {count:,}"
    return Summary(f"{count:,} {what}{'' if count == 1 else 's'}", line, [Table(header, rows)] if rows else [])


def single_values(experiments: Sequence[Any]) -> Summary:
    """Return the table of single values."""
    values = {exp.id: exp.single_values for exp in experiments}
    keys = list(dict.fromkeys(key for found in values.values() for key in found))
    names = [_cut(exp.name, 30) for exp in experiments]
    rows = [[_cut(key), *(number(values[exp.id].get(key)) for exp in experiments)] for key in keys]
    header = ("value", *names) if len(names) > 1 else ("name", "value")
    return Summary("Single values" if len(names) > 1 else f"{names[0]}: single values", "", [Table(header, rows)])


def parameters(exp: Any) -> dict[str, str]:
    """Return the hyperparameters by name, with their section where it is not the general one."""
    return {
        _cut(name if section == "General" else f"{section}/{name}"): _cut(str(entry["value"]))
        for section, names in getattr(exp, "hyperparameters", {}).items()  # a model has none
        for name, entry in names.items()
    }


def _results(experiments: Sequence[Any], wanted: Wanted) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for index, exp in enumerate(experiments):
        last = {
            _join(metric, variant): summary["last"]
            for metric, variants in exp.metrics.items()
            for variant, summary in variants.items()
            if not metric.startswith(":") and wanted(metric, variant)
        }
        singles = {name: value for name, value in exp.single_values.items() if wanted(name, "")}
        for key, value in {**last, **singles}.items():
            found.setdefault(key, [None] * len(experiments))[index] = value
    return found


def _marked(key: str, values: list[Any]) -> list[str]:
    """Return the values as text, the best one with a star: the least loss or error, the greatest of anything else."""
    numbers = [value for value in values if isinstance(value, float | int)]
    if len(numbers) < 2 or len(set(numbers)) == 1:
        return [number(value) for value in values]
    best = (min if re.search(r"loss|error|perplexity|mse|mae|rmse", key, re.IGNORECASE) else max)(numbers)
    return [f"{number(value)} ★" if value == best else number(value) for value in values]


def _join(metric: str, variant: str) -> str:
    return _cut(metric if metric == variant else f"{metric}/{variant}")


def _cut(text: str, most: int = _CUT) -> str:
    text = " ".join(str(text).split())
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"


def _most(rows: list[list[str]]) -> list[list[str]]:
    if len(rows) <= _ROWS:
        return rows
    rest = len(rows) - _ROWS + 1
    return [*rows[: _ROWS - 1], [f"and {rest} more", *[""] * (len(rows[0]) - 1)]]


def _cells(tag: str, cells: Sequence[str], sides: Sequence[str]) -> str:
    # Notebooks align every cell right: of words the left is the place.
    found = []
    for cell, side in zip(cells, sides, strict=False):
        style = ' style="text-align:left"' if side == "left" else ""
        found.append(f"<{tag}{style}>{html.escape(cell)}</{tag}>")
    return "".join(found)


def _row(cells: Sequence[str], escape: bool = True) -> str:
    return "| " + " | ".join(escape_markdown(cell) if escape else cell for cell in cells) + " |"
