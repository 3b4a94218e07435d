"""Connecting parameters: recorded as hyperparameters, and recorded again when they change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trackkit_jupyter.errors import shown
from trackkit_jupyter.records import check_name
from trackkit_jupyter.tracking.parameters import Parameter, flatten
from trackkit_jupyter.tracking.recorder import Recorder
from trackkit_jupyter.tracking.takingup import feed
from trackkit_jupyter.tracking.writing import Writing

if TYPE_CHECKING:
    from trackkit_jupyter.store import Store

__all__ = ["Connecting"]


class Connecting(Writing):
    """An experiment that follows the parameters connected to it."""

    def __init__(self, store: Store[Any], id: str) -> None:
        super().__init__(store, id)
        self._connected: list[_Connected] = []
        self._unfit: set[tuple[str, str]] = set()  # section and name of what was said not to be recorded
        self._drafted: dict[str, dict[str, dict[str, Any]]] = {}  # what a draft that runs again has, until it is given

    def connect(self, parameters: Any, name: str = "General") -> Any:
        """Record parameters as a section of hyperparameters, and go on recording what changes in them.

        Parameters
        ----------
        parameters
            A dict, a Namespace, a dataclass or a pydantic model; looked at about once a second, and at the end.
        name
            The section.

        Returns
        -------
        `parameters`, unchanged; in a run of a draft, with the values that were edited in it.

        Raises
        ------
        TrackkitTypeError, TrackkitValueError
            It is none of these, or holds what cannot be kept; the message names the path.
        TrackkitStateError
            The experiment is not running in this process.
        """
        check_name(name)
        recorder = self._running()
        if name in self._drafted:
            feed(parameters, self._drafted.pop(name))
        found = self._journal_parameters(recorder, name, {}, flatten(parameters), counted=True)
        if not self._connected:
            recorder.watchers.append(lambda: self._watch(recorder))
        # A new list: the thread that watches may be in the middle of the old one.
        others = [each for each in self._connected if each.parameters is not parameters or each.section != name]
        self._connected = [*others, _Connected(parameters, name, found)]
        return parameters

    # -- below --------------------------------------------------------------------------------------------------------

    def _watch(self, recorder: Recorder) -> None:
        for one in self._connected:
            section, before = one.section, one.recorded
            unfit: dict[str, str] = {}
            try:
                now = flatten(one.parameters, unfit)
            except RuntimeError:  # just being changed
                continue
            except Exception as error:  # noqa: BLE001 - objects of other people may do anything
                self._say_unfit(recorder, section, "", str(error))
                continue
            for name, reason in unfit.items():
                self._say_unfit(recorder, section, name, reason)
                now.update({known: kept for known, kept in before.items() if f"{known}/".startswith(f"{name}/")})
            if now != before:
                others = [each.recorded for each in self._connected if each is not one and each.section == section]
                for name in before.keys() - now.keys():
                    held = next((each[name] for each in others if name in each), None)
                    if held is not None:  # removed here, but not there
                        recorder.event("hyperparameter", section=section, name=name, **held.entry())
                        before = {known: kept for known, kept in before.items() if known != name}
                one.recorded = self._journal_parameters(recorder, section, before, now, counted=False)

    def _say_unfit(self, recorder: Recorder, section: str, name: str, reason: str) -> None:
        if (section, name) in self._unfit:
            return
        self._unfit.add((section, name))
        what = f"{shown(name)} of the connected section {shown(section)}" if name else f"The section {shown(section)}"
        recorder.complain(f"trackkit: {what} is not recorded: {reason} What else changes there is.")

    @staticmethod
    def _journal_parameters(
        recorder: Recorder, section: str, before: dict[str, Parameter], now: dict[str, Parameter], *, counted: bool
    ) -> dict[str, Parameter]:
        """Record what changed, and return what is recorded: what could not be written is written by a later look."""
        changed = {name: parameter for name, parameter in now.items() if before.get(name) != parameter}
        added = {
            name: parameter
            for name, parameter in changed.items()
            if recorder.event("hyperparameter", counted, section=section, name=name, **parameter.entry())
        }
        removed = {
            name
            for name in before.keys() - now.keys()
            if recorder.event("hyperparameter", counted, section=section, name=name, removed=True)
        }
        return {name: parameter for name, parameter in {**before, **added}.items() if name not in removed}


@dataclass(eq=False)
class _Connected:
    """What is connected to a section, and what of it is recorded."""

    parameters: Any
    section: str
    recorded: dict[str, Parameter]
