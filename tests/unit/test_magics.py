"""The magics, in a real IPython shell."""

import base64
import re

import nbformat
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import v4

import trackkit_jupyter as track
from trackkit_jupyter.magics.lines import TRACKKIT
from trackkit_jupyter.views import MIME_TYPE, display


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKKIT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="nocolor")
    shell.history_manager.enabled = False
    shell.extension_manager.load_extension("trackkit_jupyter")
    yield shell
    if track.current() is not None:
        track.current().finish()
    display.refresh()
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def run(shell, code):
    """Run a cell as a notebook does and return its result, with .text, .errors and .shown."""
    with capture_output() as caught:
        result = shell.run_cell(code, store_history=True)
    result.text, result.errors, result.shown = caught.stdout, caught.stderr, caught.outputs
    return result


def refused(shell, code):
    """Run a cell that is refused, and return the sentence that says why."""
    result = run(shell, code)
    assert not result.success
    everything = result.text + result.errors
    assert "Traceback" not in everything
    assert everything.startswith("UsageError: ")
    assert len(everything.strip().splitlines()) == 1
    return everything.strip()


def test_a_cell_becomes_an_experiment(shell):
    result = run(
        shell,
        '%%track "my first" -p vision/digits -t linear -t "two words"\n'
        "for i in range(3):\n"
        "    exp.log({'loss/train': 1 / (i + 1)})\n"
        "status = exp.status\n"
        "exp.last_iteration * 21",
    )
    assert result.success
    assert result.result == 42
    exp = shell.user_ns["exp"]
    assert (exp.name, exp.project, exp.tags) == ("my first", "vision/digits", ["linear", "two words"])
    assert shell.user_ns["status"] == "running"
    assert exp.status == "completed"
    assert exp.series("loss/train").values.tolist() == [1, 0.5, 1 / 3]
    assert track.current() is None


def test_it_is_shown_before_the_code_runs_and_again_at_the_end(shell):
    result = run(shell, "%%track live\nprint('in the cell')\nexp.log({'loss': 0.5})")
    shown = [output.data for output in result.shown if MIME_TYPE in output.data]
    assert len(shown) == 2
    assert "running" in shown[0]["text/plain"]
    assert "completed" in shown[1]["text/plain"]
    assert "| loss | 0.5" in shown[1]["text/markdown"]
    assert base64.b64decode(shown[1]["image/png"]) != base64.b64decode(shown[0]["image/png"])
    assert not display._pending
    assert display._cell_ended not in shell.events.callbacks["post_run_cell"]


def test_what_runs_on_after_its_cell_stays_up_to_date(shell):
    run(shell, "import trackkit_jupyter as track\nrun = track.start('long', capture=False)")
    first = run(shell, "run.show()\nrun.log({'loss': 1.0})")
    assert [("image/png" in output.data) for output in first.shown] == [True, True]
    assert run(shell, "1 + 1").shown == []
    assert len(run(shell, "run.log({'loss': 2.0})").shown) == 1
    last = run(shell, "run.finish()")
    assert ["completed" in output.data["text/plain"] for output in last.shown] == [True]
    assert run(shell, "1 + 1").shown == []


def test_an_error_shows_the_cells_own_traceback_and_fails_the_experiment(shell):
    result = run(shell, "%%track broken\nx = 1\ndef inner():\n    raise ZeroDivisionError('boom')\ninner()")
    assert not result.success
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert "ZeroDivisionError: boom" in result.text
    assert "magics.py" not in result.text
    assert "run_cell_magic" not in result.text
    assert re.search(r"line 5\b|:5\b|----> 5", result.text)  # counted from the %%track line, as the editor does
    exp = shell.user_ns["exp"]
    assert exp.status == "failed"
    assert any("boom" in line["text"] for line in exp.console()[0])


def test_an_interrupt_aborts(shell):
    result = run(shell, "%%track stopped\nexp.log({'loss': 1.0})\nraise KeyboardInterrupt")
    assert not result.success
    assert shell.user_ns["exp"].status == "aborted"
    assert shell.user_ns["exp"].series("loss").values.tolist() == [1.0]


def test_a_cell_may_await(shell):
    result = run(
        shell,
        '%%track "waits" -p {"a" + "b"}\nimport asyncio\n'
        "async def epochs():\n    for i in range(3):\n        await asyncio.sleep(0)\n        yield i\n"
        "async for i in epochs():\n    exp.log({'loss': 1.0}, i)\n"
        "status = exp.status\nawait asyncio.sleep(0, 42)",
    )
    assert result.success
    assert result.result == 42
    exp = shell.user_ns["exp"]
    assert (exp.name, exp.project, shell.user_ns["status"], exp.status) == ("waits", "ab", "running", "completed")
    assert exp.series("loss").iterations.tolist() == [0, 1, 2]
    assert track.current() is None
    assert run(shell, "%%track quiet\nawait asyncio.sleep(0, 42);").result is None
    run(shell, "%autoawait False")
    assert "Run this first: %autoawait asyncio" in refused(shell, "%%track x\nawait asyncio.sleep(0)")


def test_an_error_after_an_await_fails_the_experiment(shell):
    result = run(shell, "%%track broken\nimport asyncio\nawait asyncio.sleep(0)\nraise ValueError('boom')")
    assert isinstance(result.error_in_exec, ValueError)
    assert "ValueError: boom" in result.text
    assert "magics" not in result.text
    assert re.search(r"line 4\b|:4\b|----> 4", result.text)
    assert shell.user_ns["exp"].status == "failed"


def test_an_interrupted_wait_aborts(shell):
    # The kernel turns an interrupt into the cancellation of the cell that waits.
    result = run(shell, "%%track x\nimport asyncio\nasyncio.current_task().cancel()\nawait asyncio.sleep(60)")
    assert not result.success
    assert shell.user_ns["exp"].status == "aborted"


def test_a_tracked_cell_may_start_other_experiments(shell):
    result = run(
        shell,
        "%%track outer\nimport trackkit_jupyter as track\n"
        "for name in ('one', 'two'):\n"
        "    with track.start(name, capture=False):\n        track.log({'loss': 1.0})\n"
        "track.log({'loss': 2.0})\n"
        "get_ipython().run_cell('%%track inner --as inner\\ntrack.log({\"loss\": 3.0})', store_history=True)\n"
        "track.log({'loss': 4.0})",
    )
    assert result.success, result.text
    values = {exp.name: exp.series("loss").values.tolist() for exp in track.experiments()}
    assert values == {"outer": [2.0, 4.0], "one": [1.0], "two": [1.0], "inner": [3.0]}
    assert {exp.status for exp in track.experiments()} == {"completed"}
    assert "finished" not in result.text


def test_loading_the_extension_again_changes_nothing(shell):
    run(shell, "%reload_ext trackkit_jupyter")
    assert run(shell, "%%track x\nimport asyncio\nawait asyncio.sleep(0, 7)").result == 7
    assert [exp.name for exp in track.experiments()] == ["x"]


def test_a_syntax_error_starts_nothing(shell):
    assert not run(shell, "%%track typo\nfor in").success
    with pytest.raises(track.NotAStoreError):
        track.open_store()


def test_other_magics_and_a_semicolon_work_inside(shell):
    result = run(shell, "%%track inner\n%log loss/train=0.25 -i 7\n3;")
    assert result.success
    assert result.result is None
    assert shell.user_ns["exp"].series("loss/train").iterations.tolist() == [7]


def test_name_and_project_take_python(shell):
    run(shell, "rate, project = 0.5, 'vision'")
    run(shell, "%%track 'rate {rate}' -p {project}/digits --as other\n1")
    assert shell.user_ns["other"].name == "rate 0.5"
    assert shell.user_ns["other"].project == "vision/digits"
    assert "exp" not in shell.user_ns


def test_resume_goes_on(shell):
    run(shell, "%%track first\nexp.log({'loss': 1.0})")
    first = shell.user_ns["exp"].id
    assert run(shell, f"%%track --resume {first[:8]}\nexp.log({{'loss': 2.0}})").success
    assert shell.user_ns["exp"].id == first
    assert shell.user_ns["exp"].series("loss").iterations.tolist() == [0, 1]


def test_log_takes_numbers_variables_and_an_iteration(shell):
    run(shell, "import trackkit_jupyter as track\nexp = track.start('x', capture=False); acc = [0.5]")
    assert run(shell, "%log loss/train=3e-1 accuracy=acc[0] -i 4").success
    exp = shell.user_ns["exp"]
    assert exp.series("loss/train").values.tolist() == [0.3]
    assert exp.series("accuracy").iterations.tolist() == [4]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("%log loss=1", "No experiment is running. Start one first: %%track NAME"),
        ("%log loss", "%log needs name=value, not loss. Try: %log loss/train=0.3 -i 4"),
        ("%log loss=nope", "nope is no number and no variable (NameError). Try: %log loss=0.3"),
        ("%log", "Usage: %log"),
        ("%log loss=1 -i soon", "invalid int value"),
        ("%%track sgd --projct demo\n1", "%%track has no option --projct. Did you mean: %%track sgd --project demo"),
        ("%%track my -p demo first run\n1", "A name with spaces needs quotation marks: %%track 'my first run' -p demo"),
        ('%%track "open\n1', 'A quotation mark is not closed: %%track "open'),
        ("%%track x --as 1a\n1", "--as needs a variable's name, not 1a. Try: %%track --as exp"),
        ("%%track x -p 'a//b'\n1", "segment"),
        ("%trackkit shw", "%trackkit has no command shw. Did you mean: %trackkit show"),
        (
            "%trackkit show --tb scalars",
            "%trackkit show has no option --tb. Did you mean: %trackkit show --tab scalars",
        ),
        ("%trackkit show", "No experiment is running. Name one"),
        ("%trackkit finish", "No experiment is running."),
        ("%trackkit show abcd1234", "There is no store at"),
        ("%embed /widgets/?type=scalar", "objects=<id> is missing"),
        ("%trackkit show x --tab scalrs", "--tab cannot be scalrs. Did you mean: %trackkit show x --tab scalars"),
        ("%trackkit finish --status done", "--status cannot be done; it can be completed, failed, aborted."),
        ("%embed x --type scalr", "--type cannot be scalr. Did you mean: %embed x --type scalar"),
        ("%trackkit report export x.md", "file of this notebook is not known"),
    ],
)
def test_bad_input_is_one_sentence(shell, monkeypatch, code, says):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert says in refused(shell, code)


def test_an_unknown_id_says_how_to_find_the_known(shell):
    run(shell, "%%track one\n1")
    del shell.user_ns["exp"]
    for text in ("abcd1234", "f" * 32, "nobody"):
        assert "To list them: %trackkit table" in refused(shell, f"%trackkit show {text}")


def test_commands_of_trackkit(shell):
    run(shell, "%%track one -p a/b\nexp.connect({'lr': 0.1})\nexp.log({'loss': 1.0})")
    run(shell, "one = exp")
    run(shell, "%%track two -p c\nexp.log({'loss': 2.0})")
    one, two = shell.user_ns["one"], shell.user_ns["exp"]
    assert "2 experiments" in run(shell, "%trackkit table").shown[0].data["text/markdown"]
    table = run(shell, "%trackkit table -p a").shown[0].data["text/plain"]
    assert one.id[:8] in table
    assert two.id[:8] not in table
    (grouped,) = run(shell, "%trackkit table name in ('one', 'two') --by status --by project").shown
    assert grouped.data[MIME_TYPE]["options"] == {"query": "name in ('one', 'two')", "group_by": "status, project"}
    assert "completed, c " in grouped.data["text/plain"]
    (grouped,) = run(shell, "%trackkit table --over lr").shown
    assert grouped.data[MIME_TYPE]["options"] == {"group_by": 'all but hyperparameters["lr"]'}
    shown = run(shell, "%trackkit compare one two").shown
    assert shown[0].data[MIME_TYPE]["objects"] == [one.id, two.id]
    assert run(shell, f"%trackkit show {one.id[:6]} --tab console").shown[0].data[MIME_TYPE]["options"] == {
        "tab": "console"
    }
    assert run(shell, "%trackkit tag good --on one").text == "one: good\n"
    assert run(shell, "%trackkit tag -d good --on one").text == "one: no tags\n"
    assert "lr = 0.1" in run(shell, "%trackkit params one").text
    assert "no hyperparameters" in run(shell, "%trackkit params two").text
    run(shell, "import trackkit_jupyter as track\nthree = track.start('three', capture=False)")
    assert run(shell, "%trackkit finish --status failed").text == "three: failed\n"
    view = run(shell, "%embed one two -m loss --xaxis wall").shown[0].data[MIME_TYPE]
    assert view["kind"] == "scalars"
    assert view["options"] == {"metrics": ["loss"], "xaxis": "wall"}
    snippet = f'<iframe src="/widgets/?type=scalar&amp;objects={one.id}" width="100%" height="400"></iframe>'
    asked = run(shell, "%embed --query 'name == \"one\"' -m loss").shown[0].data[MIME_TYPE]
    assert (asked["objects"], asked["query"]) == ([], {"query": 'name == "one"'})
    assert run(shell, f"%embed {snippet}").shown[0].data[MIME_TYPE]["objects"] == [one.id]


def test_help_is_printed(shell):
    assert "show an experiment" in run(shell, "%trackkit --help").text
    assert "--resume" in run(shell, "%%track --help\n1").text
    assert "iteration" in run(shell, "%log -h").text
    assert "--type" in run(shell, "%embed --help").text
    with pytest.raises(track.NotAStoreError):
        track.open_store()  # no help starts anything


@pytest.mark.parametrize("command", [*TRACKKIT.commands(), "report here", "report export", "report publish"])
def test_every_command_has_help_that_explains_every_option(shell, command):
    text = run(shell, f"%trackkit {command} --help").text
    assert text.startswith(f"usage: %trackkit {command}")
    parser = TRACKKIT.named(command.split())
    assert parser.description
    for action in parser._actions:
        assert action.help or action.choices, f"{command}: {action.dest} is not explained"


def completed(shell, line):
    with provisionalcompleter():
        return {found.text for found in shell.Completer.completions(line, len(line))}


def test_completion_of_commands_options_and_their_values(shell):
    assert {"show", "table", "compare"} <= completed(shell, "%trackkit ")
    assert completed(shell, "%trackkit comp") == {"compare"}
    assert "--project" in completed(shell, "%%track x --pro")
    assert {"scalars", "samples"} == completed(shell, "%trackkit show --tab s")
    assert {"here", "export", "publish"} <= completed(shell, "%trackkit report ")
    assert completed(shell, "%embed x --xaxis w") == {"wall"}


def test_completion_of_what_is_in_the_store(shell):
    run(shell, "%%track 'my first' -p vision/digits -t linear\n1")
    run(shell, "%%track second -p text\n1")
    exp = shell.user_ns["exp"]
    assert {"exp", "second", "'my first'", exp.id[:8]} <= completed(shell, "%trackkit show ")
    assert completed(shell, "%trackkit compare second 'my f") == {"first'"}
    assert completed(shell, f"%trackkit params {exp.id[:3]}") == {exp.id[:8]}
    assert completed(shell, "%%track x -p vis") == {"vision/digits"}
    assert completed(shell, "%%track --resume sec") == {"second"}
    assert completed(shell, "%trackkit tag lin") == {"linear"}


def test_a_notebook_becomes_a_report(shell, monkeypatch, tmp_path):
    notebook = tmp_path / "work.ipynb"
    notebook.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    run(shell, "%%track one\nexp.log({'loss': 1.0})")
    before = notebook.read_bytes()
    assert "now the report 'Findings'" in run(shell, "%trackkit report here Findings -p vision -d 'what I saw'").text
    assert notebook.read_bytes() == before  # the editor has it open
    (record,) = track.open_store().reports()
    assert (record.name, record.project, record.description) == ("Findings", "vision", "what I saw")
    run(shell, "%trackkit report here 'Better findings'")
    (again,) = track.open_store().reports()
    assert (again.id, again.name, again.project) == (record.id, "Better findings", "vision")
    assert "Written" in run(shell, "%trackkit report export out.md").text
    shown = run(shell, "import trackkit_jupyter as track\ntrack.report.here(None).add('## Text', exp);").shown
    assert [sorted(output.data)[0] for output in shown] == ["text/markdown", MIME_TYPE]


def test_a_report_is_published_from_its_notebook(shell, monkeypatch, tmp_path):
    notebook = tmp_path / "work.ipynb"
    cells = ["%%track one\nexp.log({'loss': 1.0})", "%trackkit report here Findings -p vision"]
    publish = "%trackkit report publish --freeze"

    def save(**counts):
        text = v4.new_markdown_cell("Text")
        code = [v4.new_code_cell(cell, execution_count=counts.get(f"n{at}")) for at, cell in enumerate(cells, 1)]
        nbformat.write(v4.new_notebook(cells=[text, *code]), notebook)

    save()
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    run(shell, cells[0])
    run(shell, cells[1])
    (report,) = track.open_store().reports()
    save(n1=1, n2=2)
    assert "not saved" in refused(shell, publish)  # the cell itself is not
    cells.append(publish)
    save(n1=1, n2=2, n3=3)
    run(shell, cells[0])
    assert "not saved" in refused(shell, publish)  # what the one before it shows now is not
    assert report.status == "draft"
    save(n1=4, n2=2, n3=5)
    assert "'Findings' is published as it was saved last" in run(shell, publish).text
    assert (report.status, report.frozen is not None, report.trouble) == ("published", True, None)
