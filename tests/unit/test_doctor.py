"""``trackkit doctor``, where things really are not in place."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import venv
from contextlib import contextmanager
from pathlib import Path

import pytest

import trackkit_jupyter as track
from trackkit_jupyter import doctor as doctor_module
from trackkit_jupyter.cli import main
from trackkit_jupyter.doctor import disk, file_system

VERSION = track.__version__


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own: nothing of this machine's configuration, kernels, servers or stores."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKKIT_STORE", raising=False)
    names = ("HOME", "XDG_DATA_HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    for name in names:
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    (tmp_path / "home").mkdir()
    return tmp_path


def findings(capsys):
    """Return what the doctor finds, by what it is about, and its exit status."""
    status = main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert status == (0 if all(finding["ok"] for finding in found) else 1)
    for finding in found:
        assert finding["ok"] == (finding["level"] != "wrong")
        assert finding["detail"]
    return {finding["what"]: finding for finding in found}, status


def wrong(found):
    return [what for what, finding in found.items() if not finding["ok"]]


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_where_everything_is_in_place(home, capsys):
    found, status = findings(capsys)
    assert wrong(found) == []
    assert status == 0
    assert VERSION in found["versions"]["detail"]
    assert sys.executable in found["versions"]["detail"]
    assert found["server extension"]["detail"] == "enabled"
    assert VERSION in found["lab extension"]["detail"]
    assert str(home / "home" / ".trackkit") in found["default store"]["detail"]
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.endswith("Everything is in place.\n")
    assert [place.name for place in home.iterdir()] == ["home"]  # it only looks


SWITCHED_OFF = {"ServerApp": {"jpserver_extensions": {"trackkit_jupyter": False}}}


def test_a_disabled_server_extension_is_mended_by_the_command(home, capsys, monkeypatch):
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")  # a person's configuration before the environment's
    write(home / "jupyter_config_dir" / "jupyter_server_config.d" / "trackkit_jupyter.json", SWITCHED_OFF)
    found, status = findings(capsys)
    assert (wrong(found), status) == (["server extension"], 1)
    mend = found["server extension"]["mend"]
    assert mend == f"{sys.executable} -m jupyter server extension enable trackkit_jupyter --user"
    main(["doctor"])
    said = capsys.readouterr().out
    assert f"to mend it: {mend}" in said
    assert said.endswith("1 to mend.\n")
    subprocess.run(shlex.split(mend), check=True, capture_output=True)
    assert wrong(findings(capsys)[0]) == []


def test_a_server_extension_switched_off_in_a_file_of_the_persons_own(home, capsys, monkeypatch):
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    file = home / "jupyter_config_dir" / "jupyter_server_config.json"
    write(file, SWITCHED_OFF)
    finding = findings(capsys)[0]["server extension"]
    assert f"{file} says so" in finding["detail"]
    option = shlex.split(finding["mend"])[-1]
    with running_server(home, option) as url:
        server = findings(capsys)[0][f"server {url}"]
    assert server["detail"] == f"has trackkit_jupyter {VERSION}"


def test_a_disabled_lab_extension_is_mended_by_the_command(home, capsys, monkeypatch):
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    write(home / "jupyter_config_dir" / "labconfig" / "page_config.json",
          {"disabledExtensions": {"trackkit-jupyter": True}})  # fmt: skip
    found, _ = findings(capsys)
    assert wrong(found) == ["lab extension"]
    mend = found["lab extension"]["mend"]
    assert mend == f"{sys.executable} -m jupyter labextension enable trackkit-jupyter --level=user"
    subprocess.run(shlex.split(mend), check=True, capture_output=True)
    assert wrong(findings(capsys)[0]) == []


def test_in_an_environment_of_its_own_it_is_the_environment_that_is_mended(home, capsys, monkeypatch):
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    write(home / "jupyter_config_dir" / "labconfig" / "page_config.json",
          {"disabledExtensions": {"trackkit-jupyter": True}})  # fmt: skip
    found, _ = findings(capsys)
    assert found["lab extension"]["mend"] == f"{sys.executable} -m jupyter labextension enable trackkit-jupyter"
    # Of one that others own, nothing can be changed but how the views are fed.
    script = "import sys; sys.prefix = '/proc'\nfrom trackkit_jupyter.cli import main; main(['doctor', '--json'])"
    monkeypatch.setenv("JUPYTER_PATH", f"{sys.prefix}/share/jupyter")
    outcome = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    found = {finding["what"]: finding for finding in json.loads(outcome.stdout)}
    assert found["lab extension"]["mend"] == "export TRACKKIT_DOOR=comm"


def test_an_older_lab_extension_in_the_way(home, capsys, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(home / "first"))
    place = home / "first" / "labextensions" / "trackkit-jupyter"
    write(place / "package.json", {"name": "trackkit-jupyter", "version": "0.0.1"})
    found, _ = findings(capsys)
    assert wrong(found) == ["lab extension"]
    assert "0.0.1" in found["lab extension"]["detail"]
    shutil.rmtree(found["lab extension"]["mend"].split()[-1])
    assert wrong(findings(capsys)[0]) == []


@pytest.mark.parametrize(("installed", "level"), [(None, "note"), ("0.0.1", "wrong"), (VERSION, "ok")])
def test_a_kernel_of_another_environment(home, capsys, installed, level):
    venv.create(home / "other", with_pip=False)
    python = home / "other" / "bin" / "python"
    if installed:
        (site,) = (home / "other").glob("lib/*/site-packages")
        metadata = site / f"trackkit_jupyter-{installed}.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text(f"Metadata-Version: 2.1\nName: trackkit_jupyter\nVersion: {installed}\n")
    kernel = home / "jupyter_data_dir" / "kernels" / "other" / "kernel.json"
    write(kernel, {"argv": [str(python), "-m", "ipykernel_launcher"], "display_name": "Other", "language": "python"})
    found, _ = findings(capsys)
    assert found["kernel other"]["level"] == level
    assert str(python) in found["kernel other"]["detail"]
    if level != "ok":
        assert found["kernel other"]["mend"] == f"{python} -m pip install trackkit_jupyter=={VERSION}"


@contextmanager
def running_server(home, *options):
    """Run a Jupyter server until the end of the block; its address."""
    fixed = ["--no-browser", "--allow-root", "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", *fixed, *options], stderr=subprocess.PIPE, text=True, cwd=home
    )
    try:
        for line in process.stderr:
            if "To access the server" in line:  # said after it has written down where it is found
                break
        (written,) = (home / "jupyter_runtime_dir").glob("jpserver-*.json")
        yield json.loads(written.read_text())["url"]
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("enabled", [True, False])
def test_a_running_server(home, capsys, enabled):
    with running_server(home, f"--ServerApp.jpserver_extensions={{'trackkit_jupyter': {enabled}}}") as url:
        server = findings(capsys)[0][f"server {url}"]
    assert server["ok"] == enabled
    if enabled:
        assert server["detail"] == f"has trackkit_jupyter {VERSION}"
    else:
        assert "-m jupyter server extension enable trackkit_jupyter" in server["mend"]


def test_a_store_that_is_none_and_one_that_is_gone(home, capsys, monkeypatch):
    track.start("x", store=home / "one", capture=False).finish()
    (home / "one").rename(home / "moved")
    (home / "full").mkdir()
    (home / "full" / "thesis.tex").touch()
    monkeypatch.setenv("TRACKKIT_STORE", str(home / "full"))
    found, _ = findings(capsys)
    assert wrong(found) == ["default store"]
    assert "TRACKKIT_STORE" in found["default store"]["detail"]
    assert "TRACKKIT_STORE" in found["default store"]["mend"]
    assert found["known stores"]["level"] == "note"
    assert str(home / "one") in found["known stores"]["detail"]
    main([*found["known stores"]["mend"].split()[1:-1], str(home / "moved")])
    monkeypatch.setenv("TRACKKIT_STORE", str(home / "moved"))
    capsys.readouterr()
    assert [finding["level"] for finding in findings(capsys)[0].values()] == ["ok"] * 6


def test_a_copied_store(home, capsys, monkeypatch):
    track.start("x", store=home / "one", capture=False).finish()
    shutil.copytree(home / "one", home / "two")
    monkeypatch.setenv("TRACKKIT_STORE", str(home / "two"))
    found, _ = findings(capsys)
    assert wrong(found) == ["copied store"]
    assert str(home / "one") in found["copied store"]["detail"]
    with pytest.warns(UserWarning, match="is a copy of"):
        assert main(found["copied store"]["mend"].split()[1:]) == 0
    capsys.readouterr()
    assert wrong(findings(capsys)[0]) == []


def test_a_store_that_cannot_be_written(home):
    # As a user without rights: the tests may run as root, who may write everywhere.
    outcome = subprocess.run(
        [sys.executable, "-m", "trackkit_jupyter.cli", "doctor", "--json"],
        env={**os.environ, "TRACKKIT_STORE": "/proc/nowhere", "XDG_DATA_HOME": "/proc/nowhere"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    found = {finding["what"]: finding for finding in json.loads(outcome.stdout)}
    assert outcome.returncode == 1
    assert wrong(found) == ["default store"]
    assert "cannot be written" in found["default store"]["detail"]
    assert found["list of stores"]["level"] == "note"


def test_a_home_that_cannot_be_written(home, capsys, monkeypatch):
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    with pytest.raises(track.TrackkitStorageError, match="`trackkit init` makes one in the folder you are in"):
        track.start("x", capture=False)
    found, _ = findings(capsys)
    assert wrong(found) == ["default store"]
    assert main(found["default store"]["mend"].split()[1:]) == 0
    capsys.readouterr()
    assert wrong(findings(capsys)[0]) == []
    track.start("x", capture=False).finish()
    assert [exp.name for exp in track.open_store(home / ".trackkit").experiments()] == ["x"]


def test_the_kind_of_a_disk(tmp_path):
    mounts = tmp_path / "mounts"
    shared = tmp_path / "my home"
    (shared / "local").mkdir(parents=True)
    escaped = str(shared).replace(" ", "\\040")
    mounts.write_text(
        f"overlay / overlay rw 0 0\nserver:/home {escaped} nfs4 rw 0 0\n/dev/sda1 {escaped}/local ext4 rw 0 0\nodd\n"
    )
    assert file_system(tmp_path, mounts) == ("overlay", "/")
    assert file_system(shared / "not yet" / ".trackkit", mounts) == ("nfs4", str(shared))
    assert file_system(shared / "local", mounts) == ("ext4", str(shared / "local"))
    assert file_system(tmp_path, Path("/nowhere/mounts")) is None
    (finding,) = disk(shared / "not yet" / ".trackkit", mounts)
    assert (finding["what"], finding["level"]) == ("disk", "note")
    assert f"network disk (nfs4 at {shared})" in finding["detail"]
    assert finding["mend"] == "export TRACKKIT_STORE=/a/folder/on/a/local/disk"
    assert list(disk(shared / "local", mounts)) == []


def test_widgets_for_a_server_of_others(home, monkeypatch):
    """The command puts what shows widgets where a Lab of any environment looks: tried with a bare one, see README."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(home / "jupyter"))
    assert subprocess.run(["bash", "-c", doctor_module._widgets_for_user()], check=False).returncode == 0
    found = home / "jupyter" / "labextensions"
    assert (found / "anywidget" / "package.json").is_file()
    assert (found / "@jupyter-widgets" / "jupyterlab-manager" / "package.json").is_file()
