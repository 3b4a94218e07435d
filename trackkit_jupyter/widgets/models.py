"""The view and the editor of a model as widgets: what the editor holds can be read, set and linked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import traitlets

from trackkit_jupyter import views
from trackkit_jupyter.errors import LockedError
from trackkit_jupyter.store import Store, StoredModel
from trackkit_jupyter.store.model_values import check_labels, config_text, metadata_item
from trackkit_jupyter.views.bundle import store_of
from trackkit_jupyter.views.view import MODEL_TABS
from trackkit_jupyter.widgets.view import ViewWidget

__all__ = ["ModelEditor", "ModelView"]


class ModelView(ViewWidget):
    """One model with its seven tabs.

    Parameters
    ----------
    model
        A model, or its id.
    store
        Where it is; by default the store it came from.
    **options
        Traits: ``tab``, ``height``, ``theme``.

    Attributes
    ----------
    tab : str
        The tab that is open: ``general``, ``network``, ``labels``, ``metadata``, ``lineage``, ``scalars`` or ``plots``.
    """

    tab = traitlets.Enum(list(MODEL_TABS), "general").tag(sync=True, option=True)

    def __init__(self, model: Any, store: Store[Any] | None = None, **options: Any) -> None:
        super().__init__(views.model(model), store or store_of(model), **options)


class ModelEditor(ModelView):
    """A model whose labels, configuration and metadata are traits: set, they are saved; edited, they follow.

    Only what tells that something changed travels with the widget; the values are read from the store, whatever their
    size. So they can be linked in Python (``traitlets.link``, ``ipywidgets.link``), not in the page (``jslink``).

    Parameters
    ----------
    model, store, **options
        As of :class:`ModelView`.

    Attributes
    ----------
    labels : dict of str to int
        What the classes are called. Of a draft only.
    config : str
        The configuration of the network. Of a draft only.
    metadata : dict
        ``{key: {"type", "value"}}``, all of it text. Also of a published model.

    Raises
    ------
    TrackkitTypeError, TrackkitValueError
        A trait is set to something that is not allowed; it keeps its value.
    LockedError
        The labels or the configuration of a published model are set.
    """

    labels = traitlets.Dict()
    config = traitlets.Unicode()
    metadata = traitlets.Dict()
    _state = traitlets.Unicode().tag(sync=True)

    def __init__(self, model: Any, store: Store[Any] | None = None, **options: Any) -> None:
        self._model: StoredModel | None = None
        self._following = False
        super().__init__(model, store, **options)
        assert self._channel is not None
        self._model = self._channel.store.model(self.objects[0])
        self.refresh()

    def refresh(self) -> None:
        """Read what the store holds now: after an edit by another program, while no page shows the model."""
        assert self._model is not None
        with self._follow():
            self.labels, self.config, self.metadata = self._model.labels, self._model.config, self._model.metadata

    @traitlets.validate("labels")
    def _check_labels(self, proposal: Any) -> dict[str, int]:
        self._check_open()
        return check_labels(proposal["value"])

    @traitlets.validate("config")
    def _check_config(self, proposal: Any) -> str:
        self._check_open()
        model = self._model
        return config_text(proposal["value"], None if model is None or self._following else model.config_type)[0]

    @traitlets.validate("metadata")
    def _check_metadata(self, proposal: Any) -> dict[str, dict[str, str]]:
        items = {}
        for key, item in proposal["value"].items():
            value, kind = (item.get("value"), item.get("type")) if isinstance(item, dict) else (item, None)
            items[key] = {name: part for name, part in metadata_item(key, value, kind).items() if name != "key"}
        return items

    @traitlets.observe("labels", "config", "metadata")
    def _save(self, change: Any) -> None:
        if self._model is None or self._following:
            return
        setters: dict[str, Callable[[Any], None]] = {
            "labels": self._model.set_labels,
            "config": self._model.set_config,
            "metadata": self._model.replace_metadata,
        }
        setters[change["name"]](change["new"])

    @traitlets.observe("_state")
    def _changed(self, _: Any) -> None:
        if self._model is not None:
            self.refresh()

    def _check_open(self) -> None:
        if self._model is not None and not self._following and self._model.status == "published":
            raise LockedError("The model is published: only its metadata can be edited.", "status")

    @contextmanager
    def _follow(self) -> Iterator[None]:
        self._following = True
        try:
            yield
        finally:
            self._following = False
