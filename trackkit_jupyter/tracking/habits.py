"""What people who know another tracker write by habit, and the line that does the same here.

Nothing here makes the other spelling work: one word per thing. It only turns an error that says nothing into one with
the line to write.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from inspect import getattr_static
from typing import Any, Never, ParamSpec, TypeVar

from trackkit_jupyter.errors import TrackkitTypeError, shown

__all__ = ["explain", "explained", "no_module_attribute", "not_logged"]

P = ParamSpec("P")
R = TypeVar("R")

_START = 'with track.start("my first", project="sandbox", config={"lr": 0.1}) as exp: ...'
_LOG = 'exp.log({"loss/train": 0.31}, iteration=4)'
_IMAGE = 'exp.log_image("mistakes", "digit 1", image, iteration=4)'
_AUDIO = 'exp.log_audio("speech", "val", "speech.wav", iteration=4)'
_VIDEO = 'exp.log_video("rollout", "val", "rollout.mp4", iteration=4)'
_PARAMETERS = 'exp.connect({"lr": 0.1})'
_SINGLE = 'exp.log_single_value("accuracy", 0.97)'
_ARTIFACT = 'exp.log_artifact("weights", "weights.pt")'
_PLOT = 'exp.log_plot("confusion", "val", figure, iteration=4)'
_TABLE = 'exp.log_table("errors", "val", dataframe, iteration=4)'
_HISTOGRAM = 'exp.log_histogram("weights", "layer 1", array, iteration=4)'
_TEXT = 'exp.log_text("what happened")'
_CLAIM = (
    'report.claim("lr 0.1 beats 0.01", metric="accuracy/val", a=\'hyperparameters["lr"] == 0.1\', '
    "b='hyperparameters[\"lr\"] == 0.01')"
)
_FINISH = "the end of the `with` block does it, or exp.finish()"
_FIND = "track.experiments('metrics[\"loss/val\"].min < 0.2')"
_TAG = 'exp.add_tags("baseline"), and exp.set_properties(data="version 2") for a name with a value'
_ONE = "track.open_store().experiment(id)"
_FOLDER = 'track.start("my first", store="a/folder"), or the variable TRACKKIT_STORE'
_NOTHING = "nothing to write, what log() returned from is on the disk"
_NOBODY = "nothing to write, there is no account and no server; exp.show() shows it under the cell"

#: What to write instead, by the names that other trackers have for it.
_LINES = {
    _START: "init start_run init_run Run Task SummaryWriter Live set_experiment create_experiment set_project",
    _LOG: "log_metric log_metrics log_scalars add_scalar add_scalars report_scalar track append autolog watch",
    _IMAGE: "Image add_image add_images report_image",
    _AUDIO: "Audio add_audio",
    _VIDEO: "Video add_video",
    _PARAMETERS: "config params log_param log_params log_parameter log_parameters log_hyperparams add_hparams hparams",
    _SINGLE: "summary report_single_value log_summary log_other",
    _ARTIFACT: "Artifact save use_artifact log_artifacts log_file log_asset log_model upload_file upload_artifact",
    _PLOT: "plot Plotly log_figure add_figure report_plotly report_matplotlib_figure add_pr_curve",
    _TABLE: "Table log_dataframe report_table",
    _HISTOGRAM: "Histogram add_histogram report_histogram",
    _TEXT: "add_text alert report_text",
    _FINISH: "end_run end close stop",
    _FIND: "Api runs search_runs query_runs list_runs get_runs",
    _TAG: "set_tag set_tags log_tag log_tags add_tag",
    _ONE: "get_run get_experiment get_task",
    _FOLDER: "set_tracking_uri dir logdir log_dir",
    _NOTHING: "flush sync wait",
    "nothing to write, capture records the code and the cells": "log_code save_code log_source",
    "nothing to write, any metric can be the horizontal axis of the view": "define_metric",
    "a loop over track.start(..., tags=[...]), and track.compare(track.experiments())": "sweep agent",
    _NOBODY: "login setup MlflowClient ui up url get_url",
    "track.current()": "run active_run current_run last_active_run",
}
_INSTEAD = {name: line for line, names in _LINES.items() for name in names.split()}

#: Arguments of others, by their names, as the start of what to write: "{}" stands for the value that was given.
_ARGUMENTS = {
    "step": "iteration={}",
    "global_step": "iteration={}",
    "epoch": "iteration={}",
    "run_name": "name={}",
    "task_name": "name={}",
    "experiment_name": "project={}",
    "experiment": "project={}",
    "project_name": "project={}",
    "group": "tags=[{}]",
    "job_type": "tags=[{}]",
    "notes": "description={}",
    "note": "description={}",
    "comment": "description={}",
    "run_id": "resume={}",
    "id": "resume={}",
    "dir": "store={}",
    "log_dir": "store={}",
    "logdir": "store={}",
    "repo": "store={}",
    "params": "config={}",
    "hparams": "config={}",
    "hyperparameters": "config={}",
    "save_code": "capture={}",
    "auto_connect_frameworks": "capture={}",
    "log_system_params": "capture={}",
    "parent_run_id": "parent={}",
    "exit_code": "status='failed' where it failed; it was {}",
    "filters": "query={}",
    "filter_string": "query={}",
    "caption": "",
    "commit": "",
    "sync": "",
    "flush": "",
    "walltime": "",
    "entity": "",
    "mode": "",
    "reinit": "",
    "settings": "",
    "anonymous": "",
    "nested": "",
    "dataformats": "",
}


#: How each is called.
_EXAMPLES = {
    "start": _START,
    "experiments": "track.experiments('name == \"my first\"')",
    "log": _LOG,
    "log_scalar": 'exp.log_scalar("loss", "train", 0.31, iteration=4)',
    "log_single_value": _SINGLE,
    "log_image": _IMAGE,
    "log_audio": _AUDIO,
    "log_video": _VIDEO,
    "log_html": 'exp.log_html("page", "val", "<p>text</p>", iteration=4)',
    "log_plot": _PLOT,
    "log_table": _TABLE,
    "log_histogram": _HISTOGRAM,
    "log_line": 'exp.log_line("rate", "schedule", y, x=x, iteration=4)',
    "log_scatter": 'exp.log_scatter("embedding", "val", points, iteration=4)',
    "log_scatter3d": 'exp.log_scatter3d("embedding", "val", points, iteration=4)',
    "log_surface": 'exp.log_surface("loss", "landscape", heights, iteration=4)',
    "log_confusion_matrix": 'exp.log_confusion_matrix("confusion", "val", matrix, labels=names, iteration=4)',
    "log_text": _TEXT,
    "log_artifact": _ARTIFACT,
    "connect": _PARAMETERS,
    "finish": "exp.finish()",
    "claim": _CLAIM,
}
_QUICK = {"log", "log_scalar"}  # called in the innermost loop: one call more would be felt

#: What is set by a call, not by an assignment.
_SET = {
    "name": "exp.rename({})",
    "notes": "exp.describe({})",
    "description": "exp.describe({})",
    "tags": "exp.add_tags(*{})",
    "project": "exp.move({})",
    "config": "exp.connect({})",
    "summary": _SINGLE,
    "status": 'exp.finish("failed")',
}


def explain(kind: type) -> None:
    """Have a class say the line to write for names and arguments that others have for what it does."""
    for name in _EXAMPLES:
        if name not in _QUICK and hasattr(kind, name):
            setattr(kind, name, explained(getattr(kind, name)))

    for name, line in _INSTEAD.items():
        if not hasattr(kind, name):
            setattr(kind, name, _Foreign(kind.__name__, name, line))

    def assign(self: object, name: str, value: Any) -> None:
        if name in _SET:
            raise AttributeError(_here(f"{name} is not assigned to", _SET[name].format(shown(value))))
        object.__setattr__(self, name, value)

    def names(self: object) -> list[str]:
        return [name for name in object.__dir__(self) if not isinstance(getattr_static(kind, name, None), _Foreign)]

    for special, method in (("__setattr__", assign), ("__dir__", names)):
        setattr(kind, special, method)


class _Foreign:
    """A name that a class does not have: to ask for it raises, with what to write instead.

    Not ``__getattr__``: a class with that finds all its attributes more slowly, and logging is felt to the nanosecond.
    """

    def __init__(self, owner: str, name: str, line: str) -> None:
        self._sentence = _here(f"{owner!r} object has no attribute {name!r}", line)

    def __get__(self, instance: object, owner: type | None = None) -> Never:
        raise AttributeError(self._sentence)


def explained(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function say, for arguments that it does not take, which it takes, with a line as it should be."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def called(*arguments: P.args, **keywords: P.kwargs) -> R:
        try:
            given = signature.bind(*arguments, **keywords).arguments
        except TypeError as error:
            raise _misfit(function.__name__, signature, arguments, keywords, error) from None
        for name in ("metric", "variant"):  # before anything is made of the rest: one of them is easily forgotten
            if name in given and not isinstance(given[name], str):
                raise TrackkitTypeError(
                    f"{name} must be text, not {type(given[name]).__name__}. Write: {_EXAMPLES[function.__name__]}",
                    name,
                )
        return function(*arguments, **keywords)

    return called


def no_module_attribute(name: str, module: str) -> AttributeError:
    """Return what is raised for a name that the package does not have, with the line to write when it is known."""
    line = _INSTEAD.get(name)
    if line is None and name[:1] != "_":
        from trackkit_jupyter.tracking import Experiment

        line = _EXAMPLES.get(name, f"exp.{name}(...)") if hasattr(Experiment, name) else None
    return AttributeError(_here(f"module {module!r} has no attribute {name!r}", line), name=name)


def not_logged(values: Any, iteration: Any, more: tuple[Any, ...], wrong: Mapping[str, Any]) -> TrackkitTypeError:
    """Return what is raised for a call of ``log`` with arguments that it does not take.

    Parameters
    ----------
    values, iteration
        What was given for them.
    more
        Arguments beyond them.
    wrong
        Arguments by names that it does not have.
    """
    word = next(iter(wrong), "values")
    if not more and not wrong and not isinstance(values, str):
        return TrackkitTypeError(f"values must be a dict of numbers, not {type(values).__name__}. Write: {_LOG}", word)
    if isinstance(values, str):  # a name, a value, a step
        rest = [each for each in (iteration, *more, *wrong.values()) if each is not None]
        written = f"{{{shown(values)}: {shown(rest[0]) if rest else 'value'}}}"
        iteration = rest[1] if len(rest) > 1 else None
        said = "log() takes a dict"
    else:
        written = shown(values)
        iteration = next((wrong[each] for each in ("step", "global_step", "epoch") if each in wrong), iteration)
        said = f"log() has no {word}" if wrong else f"log() does not take {shown(more[0])} as well"
    place = "" if iteration is None else f", iteration={shown(iteration)}"
    return TrackkitTypeError(f"{said}. Write: log({written}{place})", word)


def _misfit(
    name: str,
    signature: inspect.Signature,
    arguments: tuple[Any, ...],
    keywords: Mapping[str, Any],
    error: TypeError,
) -> TrackkitTypeError:
    taken = list(signature.parameters)
    word = next((word for word in keywords if word not in taken), None)
    if word is None:
        missing = _missing(signature, arguments, keywords)
        said = f"missing the required arguments {', '.join(missing)}" if len(missing) > 1 else str(error)
        return TrackkitTypeError(f"{name}(): {said}. Write: {_EXAMPLES[name]}", *missing[:1])
    instead = _ARGUMENTS.get(word, "?")
    if not instead:
        said = "leave it out"
    elif instead.partition("=")[0] in taken:
        said = f"write {instead.format(shown(keywords[word]))}"
    else:
        said = f"it takes {', '.join(each for each in taken if each != 'self')}"
    return TrackkitTypeError(f"{name}() has no {word}: {said}. Such as: {_EXAMPLES[name]}", word)


def _missing(signature: inspect.Signature, arguments: tuple[Any, ...], keywords: Mapping[str, Any]) -> list[str]:
    try:
        given = signature.bind_partial(*arguments, **keywords).arguments
    except TypeError:  # one too many, or one twice
        return []
    needed = (each for each in signature.parameters.values() if each.default is each.empty)
    return [each.name for each in needed if each.kind is not each.VAR_KEYWORD and each.name not in given]


def _here(sentence: str, line: str | None) -> str:
    return sentence if line is None else f"{sentence}. Here it is: {line}"
