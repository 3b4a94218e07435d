"""``trackkit knobs``, ``turn``, ``pause``, ``resume``, ``stop``, ``checkpoint``: a loop that runs, from a terminal."""

from __future__ import annotations

import argparse

from trackkit_jupyter.cli.answers import answer, experiment, local_time, print_json, say, store, table
from trackkit_jupyter.operations import loops

__all__ = ["ask", "knobs"]

_DONE = {
    "pause": "waits at its next log; `trackkit resume` has it go on",
    "resume": "goes on",
    "stop": "ends at its next log",
    "checkpoint": "is asked for a checkpoint",
}


def knobs(args: argparse.Namespace) -> int:
    """Print the knobs of a loop, and what was asked of it."""
    opened = store(args)
    exp = experiment(opened, args.experiment)
    told = loops.loop(opened, exp.id)
    if args.json:
        print_json(told)
        return 0
    say(f"{exp.name}: {told['doing'] or exp.standing}")
    if not told["knobs"]:
        say('Its loop has no knobs; lr = exp.knob("lr", 0.1, min=1e-4, max=1) makes one.')
    else:
        rows = [[str(knob[each]) for each in ("name", "value", "default", "min", "max")] for knob in told["knobs"]]
        table(["knob", "value", "default", "min", "max"], [[_dash(cell) for cell in row] for row in rows])
    if told["turns"]:
        say("")
        rows = []
        for turn in told["turns"]:
            what = f"{turn['name']}: {turn['was']} to {turn['value']}" if turn["kind"] == "turn" else turn["kind"]
            heeded = "not yet" if turn["heeded"] is None else _dash(str(turn["iteration"]))
            rows.append([local_time(turn["time"], seconds=True), what, turn["user"] or "", heeded])
        table(["when", "what", "who", "at iteration"], rows)
    return 0


def ask(args: argparse.Namespace, what: str) -> int:
    """Ask a loop for something."""
    opened = store(args)
    exp = experiment(opened, args.experiment)
    if what == "turn":
        loops.turn(opened, exp.id, args.knob, args.value)
        done = f"{args.knob} is {args.value} from its next iteration on"
    else:
        getattr(loops, "request_checkpoint" if what == "checkpoint" else what)(opened, exp.id)
        done = _DONE[what]
    answer(args, {"id": exp.id, "doing": opened.experiment(exp.id).loop}, f"{exp.name}: {done}.")
    return 0


def _dash(text: str) -> str:
    return "–" if text == "None" else text
