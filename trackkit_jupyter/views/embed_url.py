"""The embed URL: reading what people paste, leniently, and writing it, strictly."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

from trackkit_jupyter.errors import EmbedError, shown
from trackkit_jupyter.query.parameters import digest, plain
from trackkit_jupyter.views.view import (
    BANDS,
    COMPARISON_NAMES,
    COMPARISON_TEXTS,
    SMOOTHINGS,
    STATISTICS,
    TYPES,
    VALUE_TYPES,
    View,
    check_size,
)

__all__ = ["metric_id", "parse", "type_of", "write"]

PATH = "/trackkit/widgets/"
LONGEST = 32_768
#: Parameters at most: twice as many as there are objects that a query finds.
MOST = 1_000

#: Horizontal axes: the spec's names, and ours. "timestamp" means time from start and "iso_time" wall time.
_XAXES = {"iter": "iterations", "timestamp": "relative", "iso_time": "wall"}
_OBJECT_TYPES = {"task": "experiment", "model": "model", "experiment": "experiment"}
#: Keys that say how to show; everything else chooses the objects.
_OWN = (
    "type objectType objects tasks models metrics variants iterations xaxis value_type series company light theme "
    "store tab smoothing group_by width height "
    "x_metric smoothing_kind smoothing_window smoothing_sigma by over line band "
    f"{' '.join((*COMPARISON_NAMES, *COMPARISON_TEXTS))} identical iteration columns"
).split()
#: Options of curves that stand in a URL by their own names, one value each.
_CURVES = ("x_metric", "smoothing_kind", "smoothing_window", "smoothing_sigma", "line", "band")
#: Options of a table that stand in a URL as the parameters of a query do.
_TABLE = ("query", "order_by")
#: What a claim says: texts, in which a comma separates nothing.
_CLAIM = ("text", "metric", "a", "b", "value", "better", "level", "then")
#: First segments of the keys of a dynamic query.
_QUERY = frozenset(
    "id user tags system_tags status project parent hyperparams execution created started completed finished "
    "published active_duration last_iteration last_metrics status_changed last_update last_change name comment "
    "description report runtime _any_ _all_ _or_ _and_ search_text order_by page page_size start size scroll_id "
    "refresh_scroll only_fields allow_public include_subprojects search_hidden framework uri task experiment models "
    "ready metadata filters query".split()
)

_SRC = re.compile(r"""\bsrc\s*=\s*(?P<quote>["']?)""", re.IGNORECASE)
_SIZE = re.compile(r"""\b(width|height)\s*=\s*["']?([0-9.]+(?:%|[a-z]{1,4})?)(?=["'\s/>]|$)""", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|quot|lt|gt|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_PATH = re.compile(r"/widgets?/?$")
#: The query alone.
_ALONE = re.compile(r"[\w.\[\]%-]+=", re.ASCII)
#: An address without a quote at its end. What is in angle brackets is a placeholder, as "<web_server>" in the spec.
_ADDRESS = re.compile(r"""(?:[^<>\s"']|<[^<>\s"'/][^<>\s"']*>)*""")


def parse(text: str) -> View:
    """Return the view that an embed URL or a pasted iframe snippet describes.

    Both spellings of the path (``/widgets/`` and ``/widget/``), any server address before it, an unclosed quote,
    repeated keys, ``key[]=a,b`` lists and ``light`` without a value are understood.

    Parameters
    ----------
    text
        The URL, with or without a server address, or the snippet around it.

    Raises
    ------
    EmbedError
        It cannot be read; ``field`` names the parameter.
    """
    if not isinstance(text, str):
        raise EmbedError(f"An embed URL is text, not {type(text).__name__}.", "url")
    if len(text) > LONGEST:
        raise EmbedError(f"An embed URL has {LONGEST:,} characters at most, this has {len(text):,}.", "url")
    url, sizes = _find_url(text.strip())
    path, mark, query = url.partition("?")
    if not mark and _ALONE.match(path):
        path, query = "/widgets/", path
    elif not mark:
        raise EmbedError(
            f"An embed URL has its parameters after a question mark; there is none in {shown(url)}.", "url"
        )
    if not _PATH.search(path):
        raise EmbedError(f"The path of an embed URL ends in /widgets/, not {shown(path)}.", "url")
    return _view(_pairs(query.partition("#")[0]), sizes)


def write(view: View, *, sized: bool = False) -> str:
    """Return the embed URL of a view, relative to the Jupyter server.

    Parameters
    ----------
    view
        The view. Of a dynamic query's values, numbers and the like are written as texts.
    sized
        Also say width and height where they are not the usual ones: a URL has no frame around it that does.
    """
    options = view.options
    pairs: list[tuple[str, Any]] = [
        ("type", type_of(view)),
        ("objectType", "model" if options.get("object_type") == "model" else "task"),
    ]
    pairs += [(key, options[key]) for key in ("series", "value_type", "tab") if options.get(key)]
    pairs.append(("xaxis", _key_of(_XAXES, options.get("xaxis", "iterations"))))
    pairs += [("objects", id) for id in view.objects]
    for key in ("metrics", "variants", "by", "over", *COMPARISON_NAMES, "columns"):
        pairs += [(key, name) for name in options.get(key) or ()]
    pairs += [
        (key, options[key])
        for key in ("smoothing", "group_by", "company", *_CURVES, *COMPARISON_TEXTS, *_TABLE)
        if options.get(key)
    ]
    if options.get("identical"):
        pairs.append(("identical", "true"))
    if options.get("iteration") is not None:
        pairs.append(("iteration", options["iteration"]))
    if view.kind == "claim":
        then = options.get("then") or {}
        said = {**options, "then": f"{then.get('verdict', '')} {then.get('time', '')}".strip()}
        pairs += [(key, said[key]) for key in _CLAIM if said.get(key)]
    written = [f"{key}={quote(str(value), safe='')}" for key, value in pairs]
    for key, value in plain(view.query or {}).items():
        values = ",".join(quote(item, safe="$") for item in (value if isinstance(value, list) else [value]))
        written.append(f"{quote(key, safe='.$')}{'[]' if isinstance(value, list) else ''}={values}")
    if sized:
        written += [f"{key}={quote(str(options[key]), safe='')}" for key in ("width", "height") if key in options]
    if view.store and view.store.get("id"):
        written.append(f"store={quote(str(view.store['id']), safe='')}")
    if options.get("theme"):
        written.append("light" if options["theme"] == "light" else f"theme={options['theme']}")
    return f"{PATH}?{'&'.join(written)}"


def metric_id(metric: str, variant: str) -> str:
    """Return a metric and variant as embed URLs name them where they ask for ids: two MD5 digests and a dot.

    That is the ``metrics`` of ``type=parcoords``, and what stands in ``order_by[]=-last_metrics.<id>.value``.

    Parameters
    ----------
    metric, variant
        Their names.

    Returns
    -------
    str
        ``hashlib.md5(name.encode("utf-8")).hexdigest()`` of each.

    Examples
    --------
    >>> metric_id("training", "accuracy")
    'c185ddac8b5a8f5aa23c5b80bc12d214.5d6db9a1dc722586187fc2db530f8388'
    """
    return f"{digest(metric)}.{digest(variant)}"


def type_of(view: View) -> str:
    """Return the ``type`` that an embed URL gives a view."""
    return str(view.options.get("type") or _key_of(TYPES, view.kind))


def _key_of(names: Mapping[str, str], value: str) -> str:
    if value in ("comparison",):
        return value  # "parcoords" is a comparison too, and says so in its options
    return next((key for key, own in names.items() if own == value), value)


def _find_url(text: str) -> tuple[str, dict[str, str]]:
    """Return the address inside a snippet (or the text itself) and the sizes beside it."""
    source = _SRC.search(text)
    looks_like_markup = "<" in text.partition("?")[0] or text.lower().startswith("src")
    if source is None or not looks_like_markup:
        return _unescape(text.strip("\"'").strip()), {}
    rest = text[source.end() :]
    mark = source["quote"]
    inside, closed, after = rest.partition(mark) if mark else (rest, "", "")
    # A quote may be closed by the next attribute's, or never: then a blank or the end of the tag ends the address.
    if not closed or re.search(r"\s\w+\s*=\s*$", inside) or "\n" in inside.strip():
        inside = _ADDRESS.match(rest.lstrip())[0]  # type: ignore[index]  # it also matches nothing
        after = rest[len(inside) :]
    outside = text[: source.start()] + " " + after
    return _unescape(inside.strip()), {key.lower(): value for key, value in _SIZE.findall(outside)}


def _unescape(text: str) -> str:
    # Not html.unescape: it takes "&copy=1" for a sign, as no browser does inside an attribute.
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _pairs(query: str) -> list[tuple[str, bool, str | None]]:
    """Return ``(key, was it a list key, raw value or None)`` for each parameter."""
    if query.count("&") >= MOST:
        raise EmbedError(f"An embed URL has {MOST:,} parameters at most.", "url")
    pairs = []
    for part in query.split("&"):
        raw, equals, value = part.partition("=")
        if not raw.strip():
            continue
        # A key may stand alone, as "light" does; of parameters that parcoords names so there may be several.
        for one in [raw] if equals else raw.split(","):
            key = _decode(one, "url")
            pairs.append((key.removesuffix("[]"), key.endswith("[]"), value if equals else None))
    return pairs


def _decode(raw: str, field: str) -> str:
    if raw.isascii() and (raw.isidentifier() or not raw):
        return raw  # most are; of a long list it is asked for each
    try:
        text = unquote_plus(raw, errors="strict").strip()
    except UnicodeDecodeError:
        raise EmbedError(f"{field} is not valid UTF-8: {shown(raw)}.", field) from None
    if any(character < " " or "\ud800" <= character <= "\udfff" for character in text):
        raise EmbedError(f"{field} must not contain control characters: {shown(text)}.", field)
    return text


def _view(pairs: list[tuple[str, bool, str | None]], sizes: dict[str, str]) -> View:
    own: dict[str, list[str]] = {}
    query: dict[str, Any] = {}
    bare: list[str] = []
    claims = any(key == "type" and value == "claim" for key, _, value in pairs)
    for key, listed, value in pairs:
        if claims and key in _CLAIM:
            own[key] = [text] if (text := _decode(value or "", key)) else []
        elif key in ("light",):
            own[key] = [_decode(value, key) if value is not None else "true"]
        elif key in _OWN:
            # Commas separate before decoding, so that a name with a comma can be written with %2C.
            values = [_decode(item, key) for item in (value or "").split(",")]
            own.setdefault(key, []).extend(item for item in values if item)
        elif value is None:
            bare.append(key)  # parcoords writes its further parameters as "&section.name", without a value
        elif key.split(".")[0] in _QUERY:
            items = [_decode(item, key) for item in value.split(",")] if listed else [_decode(value, key)]
            if key not in query and not listed:
                query[key] = items[0]
            elif isinstance(earlier := query.setdefault(key, []), list):
                earlier += items
            else:
                query[key] = [earlier, *items]
        else:
            _refuse(key)
    return _build(own, query, bare, sizes)


def _refuse(key: str) -> None:
    near = difflib.get_close_matches(key[:40], [*_OWN, *_QUERY], 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise EmbedError(f"There is no embed parameter {shown(key)}{hint or '.'}", key)


def _build(own: dict[str, list[str]], query: dict[str, Any], bare: list[str], sizes: dict[str, str]) -> View:
    kind = _one(own, "type", (*TYPES, "claim"), "scalar")
    if bare and kind != "parcoords":
        _refuse(bare[0])
    object_type = _one(own, "objectType", _OBJECT_TYPES, "model" if "models" in own else "task")
    objects = own.get("objects") or own.get("tasks") or own.get("models") or []
    ids = tuple(dict.fromkeys(_id(text) for text in objects))
    if not ids and not query and kind not in ("table", "claim"):
        raise EmbedError("There is nothing to show: objects=<id> is missing.", "objects")
    options: dict[str, Any] = _claim(own) if kind == "claim" else {}
    if kind == "table":
        named = {key: query.pop(key) for key in _TABLE if key in query}
        options |= {key: value if isinstance(value, str) else value[-1] for key, value in named.items() if value}
    if _OBJECT_TYPES[object_type] == "model":
        options["object_type"] = "model"
    if kind == "parcoords":
        options["type"] = kind
        if not own.get("metrics"):
            raise EmbedError("type=parcoords needs metrics=<metric_id>.<variant_id>.", "metrics")
    for key in ("metrics", "variants", "by", "over", *COMPARISON_NAMES, "columns"):
        names = [*own.get(key, ()), *(bare if key == "variants" else ())]
        if names:
            options[key] = names
    xaxis = _one(own, "xaxis", {**_XAXES, **{name: name for name in _XAXES.values()}}, "iter")
    xaxis = _XAXES.get(xaxis, xaxis)
    if xaxis != "iterations":
        options["xaxis"] = xaxis
    if "value_type" in own:
        options["value_type"] = _one(own, "value_type", VALUE_TYPES, "value")
    for key, allowed in (
        ("smoothing_kind", SMOOTHINGS),
        ("line", ("mean", "median")),
        ("band", BANDS),
        ("statistic", STATISTICS),
    ):
        if own.get(key):
            options[key] = _one(own, key, allowed, "")
    for key, least, most in (("smoothing_window", 3, 35), ("smoothing_sigma", 0.5, 3)):
        if own.get(key):
            options[key] = _number(own[key][-1], key, least, most)
    for key in ("series", "company", "tab", "group_by", "x_metric", "color", "sample"):
        if own.get(key):
            options[key] = own[key][-1]
    if kind == "table" and own.get("group_by"):
        options["group_by"] = ", ".join(own["group_by"])  # of several fields
    if own.get("base"):
        options["base"] = _id(own["base"][-1], "base")
    if own.get("identical") and _one(own, "identical", ("true", "false"), "") == "true":
        options["identical"] = True
    if own.get("iteration"):
        options["iteration"] = _whole(own["iteration"][-1], "iteration")
    if own.get("smoothing"):
        options["smoothing"] = _number(own["smoothing"][-1], "smoothing", 0, 0.999)
    theme = _theme(own)
    if theme:
        options["theme"] = theme
    for key in ("width", "height"):
        size = _size(own, sizes, key)
        if size is not None and size != ("100%" if key == "width" else 400):
            options[key] = size
    store = own.get("store")
    where = {"id": _id(store[-1], "store"), "path": None} if store else None
    return View(TYPES.get(kind, kind), ids, query or None, options, "", where)


def _claim(own: dict[str, list[str]]) -> dict[str, Any]:
    options: dict[str, Any] = {key: own[key][0] for key in ("text", "metric", "a", "b") if own.get(key)}
    for key in ("metric", "a", "b"):
        if key not in options:
            raise EmbedError(f"type=claim needs {key}=: two groups, a and b, are compared by a metric.", key)
    for key, allowed in (("value", ("last", "min", "max", "mean")), ("better", ("higher", "lower"))):
        if own.get(key):
            options[key] = _one(own, key, allowed, "")
    if own.get("level"):
        options["level"] = _number(own["level"][0], "level", 0.5, 1)
    if own.get("then"):
        verdict, _, time = own["then"][0].partition(" ")
        options["then"] = {"verdict": verdict, "time": time}
    return options


def _one(own: dict[str, list[str]], key: str, allowed: Any, default: str) -> str:
    values = own.get(key)
    if not values:
        return default
    if values[-1] not in allowed:
        raise EmbedError(f"{key} must be one of {', '.join(allowed)}, not {shown(values[-1])}.", key)
    return values[-1]


def _id(text: str, field: str = "objects") -> str:
    id = text.lower()
    if len(id) != 32 or id.strip("0123456789abcdef"):
        raise EmbedError(f"An id has 32 hex characters, not {shown(text)}.", field)
    return id


def _number(text: str, key: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise EmbedError(f"{key} must be a number from {least:g} to {most:g}, not {shown(text)}.", key)
    return int(value) if key == "smoothing_window" else value


def _whole(text: str, key: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise EmbedError(f"{key} must be a whole number, not {shown(text)}.", key)
    return int(text)


def _size(own: dict[str, list[str]], sizes: dict[str, str], key: str) -> int | str | None:
    if own.get(key):
        return check_size(own[key][-1], key)
    if key not in sizes:
        return None
    try:
        return check_size(sizes[key], key)
    except EmbedError:  # the frame's own attribute: a browser would not mind it either
        return None


def _theme(own: dict[str, list[str]]) -> str | None:
    if "theme" in own:
        return _one(own, "theme", ("light", "dark"), "light")
    light = own.get("light")
    if not light:
        return None
    if light[0].lower() not in ("true", "false", "1", "0", ""):
        raise EmbedError(f"light must be true or false, or stand alone, not {shown(light[0])}.", "light")
    return "light" if light[0].lower() in ("true", "1", "") else None
