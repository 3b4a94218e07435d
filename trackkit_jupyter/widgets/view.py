"""A view as a widget: its state is ids and options, and what changes in it is told to the page."""

from __future__ import annotations

import re
import secrets
from typing import Any

import anywidget
import traitlets

from trackkit_jupyter.errors import TrackkitValueError, shown
from trackkit_jupyter.store import Store
from trackkit_jupyter.views import View
from trackkit_jupyter.views.bundle import find_store, light
from trackkit_jupyter.widgets.channel import Channel, first_reads
from trackkit_jupyter.widgets.host import door
from trackkit_jupyter.widgets.page import LOADER, page

__all__ = ["MOST", "ViewWidget"]

#: Experiments that one widget shows: as many as a comparison has room for.
MOST = 1_000
_MOST_EXPECTED = 48  # experiments whose answers are sent before anybody asks
_ID = re.compile(r"[0-9a-f]{32}")
_MIME_TYPE = "application/vnd.jupyter.widget-view+json"


class ViewWidget(anywidget.AnyWidget):
    """A view as a widget.

    Its state is ids and options, never data: for data the page asks our Jupyter server, or else the kernel.

    Parameters
    ----------
    view
        What to show.
    store
        Where its experiments are; by default the store they came from.
    **options
        Traits, see below.

    Attributes
    ----------
    kind : str
        The kind of view. Fixed.
    objects : list of str
        Ids of the experiments shown, 1,000 at most.
    height : int
        Height in CSS pixels.
    theme : str
        ``light``, ``dark`` or, empty, as the page around it.

    Raises
    ------
    TrackkitValueError
        More than 1,000 experiments, something that is no id, or an option that is not allowed.
    NotFoundError
        The store is not known on this machine.
    """

    kind = traitlets.Unicode(read_only=True).tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    objects = traitlets.List(traitlets.Unicode()).tag(sync=True)
    height = traitlets.Int(460, min=80, max=10_000).tag(sync=True, option=True)
    theme = traitlets.Enum(["", "light", "dark"], "").tag(sync=True, option=True)
    _id = traitlets.Unicode().tag(sync=True)
    _door = traitlets.Unicode().tag(sync=True)
    _page = traitlets.Unicode().tag(sync=True)
    _store = traitlets.Dict().tag(sync=True)
    _extra = traitlets.Dict().tag(sync=True)

    def __init__(self, view: View, store: Store[Any] | None = None, **options: Any) -> None:
        opened = store or find_store(view)
        located = view.with_store(opened)
        unknown = [name for name in options if name not in self.option_names()]
        if unknown:
            allowed = ", ".join(sorted(self.option_names()))
            raise TrackkitValueError(f"There is no option {shown(unknown[0])}; allowed: {allowed}.", unknown[0])
        chosen = {**view.options, **options}
        chosen = {name: value for name, value in chosen.items() if value is not None}
        known = {name: chosen.pop(name) for name in list(chosen) if name in self.option_names()}
        if not isinstance(known.get("height", 0), int):
            known.pop("height")
        self._channel: Channel | None = None
        #: What the display shows when the store is gone: base64 PNG.
        self.picture: str | None = None
        self.set_trait("kind", view.kind)
        hidden = page()
        try:
            super().__init__(
                _esm=LOADER,
                _id=secrets.token_hex(8),
                _door=hidden.key,
                _page=hidden.model_id,
                title=view.title,
                objects=list(view.objects),
                _store=dict(located.store or {}),
                _extra=chosen,
                **known,
            )
        except traitlets.TraitError as error:
            raise TrackkitValueError(str(error)) from None
        self._channel = hidden.channel(opened)
        hidden.show(self)
        self._tell()

    @property
    def view(self) -> View:
        """What is shown now, as a view."""
        options = {**self._extra, **self._view_options()}
        return View(self.kind, tuple(self.objects), None, options, self.title, dict(self._store))

    @classmethod
    def option_names(cls) -> set[str]:
        """Return the names of the traits that are options of the view."""
        return set(cls.class_trait_names(option=True))

    @traitlets.validate("objects")
    def _check_objects(self, proposal: Any) -> list[str]:
        ids = list(dict.fromkeys(proposal["value"]))
        if len(ids) > MOST:
            raise TrackkitValueError(f"A widget shows {MOST:,} experiments at most, not {len(ids):,}.", "objects")
        for id in ids:
            if not _ID.fullmatch(id):
                raise TrackkitValueError(f"An id has 32 hex characters, not {shown(id)}.", "objects")
        return ids

    @traitlets.observe("objects")
    def _tell(self, _: Any = None) -> None:
        """Have answers sent that nobody can ask for yet: the kernel may be busy by the time this is shown.

        Of many experiments they are large, and the page asks for those of the section that it shows.
        """
        if self._channel is not None and door() == "comm" and len(self.objects) <= _MOST_EXPECTED:
            self._channel.expect(self.objects)
            self._channel.follow(first_reads(self.kind, list(self.objects), self.view.options))

    def _view_options(self) -> dict[str, Any]:
        found = {name: (getattr(self, name), self.traits()[name].default()) for name in sorted(self.option_names())}
        return {name: value for name, (value, plain) in found.items() if value != plain}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        if _MIME_TYPE in data:
            # Our renderer takes the view, and binds it to the model of that name as long as there is one.
            data[_MIME_TYPE] = {**data[_MIME_TYPE], "trackkit_model": self._id, "trackkit_door": self._door}
        words, self.picture = light(self.view)
        return {**data, **words}, metadata
