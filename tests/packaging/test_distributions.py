"""What is handed out: the sdist and the wheel, and that installing them needs no node."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LABEXTENSION = "share/jupyter/labextensions/trackkit-jupyter"


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> dict[str, str]:
    """Return an environment with an empty home and neither node nor anybody's Jupyter settings."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTHON", "TRACKKIT"))}
    return kept | {"HOME": str(home), "PATH": str(home)}


@pytest.fixture(scope="session")
def distributions(tmp_path_factory, bare) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from the sdist: it brings the built front end along."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="session")
def installed(tmp_path_factory, distributions, bare) -> Path:
    """Install the wheel into a new environment, which borrows its dependencies, and return its Python."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index"]
    done = subprocess.run([*command, str(distributions[1])], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return python


def test_sdist_builds_without_fetching_anything(distributions) -> None:
    with tarfile.open(distributions[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "LICENSE", "labextension/package-lock.json", "trackkit_jupyter/static/embed.js"} <= names
    assert "trackkit_jupyter/labextension/package.json" in names
    assert not [name for name in names if "node_modules" in name or name.startswith("labextension/lib/")]


def test_wheel_holds_everything_once(distributions) -> None:
    with zipfile.ZipFile(distributions[1]) as archive:
        names = archive.namelist()
        size = sum(entry.file_size for entry in archive.infolist())
    data = {name.partition(".data/data/")[2] for name in names}
    assert {f"{LABEXTENSION}/package.json", f"{LABEXTENSION}/install.json"} <= data
    assert "etc/jupyter/jupyter_server_config.d/trackkit_jupyter.json" in data
    assert len([name for name in data if name.startswith(f"{LABEXTENSION}/static/remoteEntry.")]) == 1
    assert {"trackkit_jupyter/static/embed.js", "trackkit_jupyter/static/embed.css"} <= set(names)
    assert len(names) == len(set(names))
    strange = ("node_modules", "trackkit_jupyter/labextension", "tests/", ".map", "build_log", ".pyc", ".ts")
    assert not [name for name in names if any(part in name for part in strange)]
    assert size < 4_500_000  # the views twice, as the host builds them and as ours, and once more as one page


def test_labextension_is_listed(installed, bare) -> None:
    command = [str(installed), "-m", "jupyterlab.labextensions", "list"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=True, cwd=bare["HOME"])
    (line,) = [line for line in (done.stdout + done.stderr).splitlines() if "trackkit-jupyter" in line]
    assert "enabled" in line
    assert "OK" in line
    assert "trackkit_jupyter" in line  # install.json names the package that brought it


def test_server_extension_is_listed(installed, bare) -> None:
    command = [str(installed), "-m", "jupyter_server.extension.serverextension", "list"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=True, cwd=bare["HOME"])
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "trackkit_jupyter" in line]
    assert any("enabled" in line for line in lines), done.stdout + done.stderr
    assert any("OK" in line for line in lines), done.stdout + done.stderr


def test_command_is_installed(installed, bare) -> None:
    command = [str(installed.parent / "trackkit"), "--help"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=True, cwd=bare["HOME"])
    assert "demo" in done.stdout


def test_installed_package_is_the_wheel(installed, bare) -> None:
    command = [str(installed), "-c", "import trackkit_jupyter; print(trackkit_jupyter.__file__)"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=True, cwd=bare["HOME"])
    assert done.stdout.startswith(str(installed.parents[1]))


@pytest.mark.parametrize(
    ("name", "suffix", "start"),
    [("pdf", "pdf", b"%PDF"), ("markdown", "md", b"# What a"), ("html", "html", b"<!doctype html>")],
)
def test_nbconvert_finds_the_exports_of_the_wheel(installed, bare, tmp_path, name, suffix, start) -> None:
    """With neither Chrome nor TeX: the path is empty."""
    shutil.copyfile(ROOT / "notebooks" / "report.ipynb", tmp_path / "report.ipynb")
    command = [str(installed), "-m", "nbconvert", "--to", f"trackkit-{name}", "report.ipynb"]
    done = subprocess.run(command, env=bare, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / f"report.{suffix}").read_bytes()
    assert made.startswith(start)
    assert len(made) > 2000
