"""The MIME bundle of a display: our view, and a picture and words for whoever cannot show it."""

from __future__ import annotations

import base64
import html
import warnings
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import NotFoundError, TrackkitError
from trackkit_jupyter.views import tables
from trackkit_jupyter.views.builders import of
from trackkit_jupyter.views.drawing import draw, summarise
from trackkit_jupyter.views.listing import table_of
from trackkit_jupyter.views.view import MIME_TYPE, View

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["bundle", "find_store", "light", "mimebundle"]

BUDGET = 60_000  # bytes of a display in the saved notebook
_CROWD = 200  # objects
_LIGHT = 16_000  # and of one that is a widget with traits, of which there may be thirty
_WHY = "<p><small>Saved picture. The view is live where trackkit_jupyter is installed.</small></p>"


def mimebundle(obj: Any, store: Store[Any] | None = None) -> dict[str, Any]:
    """Return the MIME bundle of anything that can be shown: a view, an experiment, or a list of experiments.

    It never raises for what is in the store: what cannot be found or drawn is said in the bundle.
    """
    if not isinstance(obj, View) and not hasattr(obj, "single_values"):
        view = table_of(obj) if len(obj) == getattr(obj, "total", len(obj)) else None
        if view is not None:
            return mimebundle(view, store or obj[0].store)
        listed = tables.listing_models if obj and all(hasattr(item, "framework") for item in obj) else tables.listing
        summary = listed(obj, getattr(obj, "total", None))
        return {"text/markdown": summary.markdown(), "text/html": summary.html(), "text/plain": summary.plain()}
    view = of(obj)
    try:
        found = store or store_of(obj) or find_store(view)
        data = bundle(view, found)
        return {**data, **_companion(view, found, data.get("image/png"))}
    except TrackkitError as error:
        return _assemble(view, tables.message(view.title, error.message), None)


def light(view: View) -> tuple[dict[str, Any], str | None]:
    """Return the bundle of a view that is a widget, with its picture once, in the HTML, and small.

    Parameters
    ----------
    view
        What to show.

    Returns
    -------
    tuple
        The bundle, about 16 KB at most; and the best picture (base64 PNG), ``None`` where there is nothing to draw.
    """
    try:
        store = find_store(view)
        summary = summarise(view, store)
    except TrackkitError as error:
        return _assemble(view, tables.message(view.title, error.message), None), None
    data = _assemble(view.with_store(store), summary, None)
    room = _LIGHT - sum(map(len, (summary.markdown(), summary.html(), summary.plain())))
    best: str | None = None
    try:
        encoded = ""
        for picture in _candidates(view, store, scales=(1, 0.75, 0.5), colors=(16, 8, 4)):
            encoded = base64.b64encode(picture).decode("ascii")
            best = best or encoded
            if len(encoded) <= room:
                break
        if encoded:  # the smallest one even where it is larger: a saved notebook always has its picture
            data["text/html"] = summary.html(_image(summary.title or view.kind, encoded) + _WHY)
    except Exception as error:  # noqa: BLE001 - a picture is no reason to lose the display
        warnings.warn(f"The picture of the view could not be drawn: {error}", RuntimeWarning, stacklevel=2)
    return data, best


def _companion(view: View, store: Store[Any], picture: str | None) -> dict[str, Any]:
    """Return the widget that shows the view where our MIME type is not known; nothing where it is."""
    from trackkit_jupyter.widgets.companion import companion

    try:
        return companion(view, store, picture)
    except Exception as error:  # noqa: BLE001 - the picture is shown in its place
        warnings.warn(f"The widget of the view could not be made: {error}", RuntimeWarning, stacklevel=2)
        return {}


def store_of(obj: Any) -> Store[Any] | None:
    """Return the store that an experiment, or the first of several, came from."""
    if isinstance(obj, View):
        return None
    return getattr(obj, "store", None) or next((item.store for item in _items(obj) if hasattr(item, "store")), None)


def _items(obj: Any) -> Iterable[Any]:
    return obj if isinstance(obj, Iterable) and not isinstance(obj, str) else ()


def bundle(view: View, store: Store[Any]) -> dict[str, Any]:
    """Return the MIME bundle of a view.

    Parameters
    ----------
    view
        What to show.
    store
        Where its objects are; it is named in the view, so that the view finds it again.

    Returns
    -------
    dict
        Our view under ``application/vnd.trackkit.view+json``, ``image/png`` (base64 text, where there is something to
        draw), ``text/markdown``, ``text/html`` and ``text/plain``; 60 KB at most in all.
    """
    view = view.with_store(store)
    summary = summarise(view, store)
    picture, room = None, BUDGET - sum(map(len, (summary.markdown(), summary.html(), summary.plain()))) - 1_000
    try:
        # The names of a crowd leave no room for its picture in full.
        for picture in _candidates(view, store, (2, 1) if len(view.objects) <= _CROWD else (1,)):
            if 2 * _encoded(picture) <= room:
                break
    except Exception as error:  # noqa: BLE001 - a picture is no reason to lose the display, let alone the training
        warnings.warn(f"The picture of the view could not be drawn: {error}", RuntimeWarning, stacklevel=2)
    return _assemble(view, summary, picture if picture and _encoded(picture) <= room else None, room)


def find_store(view: View, folder: Path | None = None) -> Store[Any]:
    """Return the store a view is about: by its id, else by its path, else the default store.

    A store that a view names is only looked at: a notebook from elsewhere enters nothing into the user's registry.

    Parameters
    ----------
    view
        The view.
    folder
        The folder of its notebook, which its path starts from; without it, the working directory.

    Raises
    ------
    NotFoundError
        The view's store is not known on this machine.
    """
    from trackkit_jupyter.store import Store, StoredExperiment, open_store, registry

    if view.store is None:
        return open_store()
    id, path = str(view.store.get("id")), view.store.get("path")
    candidates = [registry.find(id), _beside(path, folder or Path.cwd())]
    for candidate in candidates:
        if candidate is None:
            continue
        try:
            store = Store(candidate, StoredExperiment)  # not open_store, which registers
        except (TrackkitError, OSError, ValueError):
            continue
        if store.id == id:
            return store
    raise NotFoundError(f"The store {id} is not on this machine; open it once with open_store(path).", "store")


def _beside(path: str | None, folder: Path) -> Path | None:
    """Return the place of a path from a folder; of one that is not relative, none."""
    if not path or PurePosixPath(path).is_absolute() or PureWindowsPath(path).anchor or path.startswith("~"):
        return None
    return folder / path


def _candidates(
    view: View, store: Store[Any], scales: Iterable[float] = (2, 1), colors: Iterable[int] = (32, 16)
) -> Iterator[bytes]:
    """Yield pictures of a view, the best first, each smaller than the one before."""
    for scale in scales:
        drawn = draw(view, store, scale=scale).data
        if drawn is None:
            return
        yield drawn
        for number in colors:
            yield _with_fewer_colors(drawn, number)


def _with_fewer_colors(png: bytes, colors: int) -> bytes:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(colors).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _encoded(png: bytes) -> int:
    return -(-len(png) // 3) * 4


def _own_version() -> str:
    """Return the version of this package, which a page compares with that of its server."""
    try:
        return version("trackkit_jupyter")
    except PackageNotFoundError:
        return "0"


def _image(name: str, encoded: str) -> str:
    return f'<img alt="{html.escape(name)}" src="data:image/png;base64,{encoded}" style="max-width:100%">'


def _assemble(view: View, summary: tables.Summary, png: bytes | None, room: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = {MIME_TYPE: {**view.to_json(), "made_by": _own_version()}}
    picture = ""
    if png is not None:
        encoded = base64.b64encode(png).decode("ascii")
        data["image/png"] = encoded
        # Several hosts prefer HTML to a picture beside it: there the picture has to be in it.
        if 2 * len(encoded) <= room:
            picture = _image(summary.title or view.kind, encoded)
    data["text/markdown"] = summary.markdown()
    data["text/html"] = summary.html(picture)
    data["text/plain"] = summary.plain()
    return data
