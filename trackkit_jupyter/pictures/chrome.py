"""Figures drawn by a Chrome or Chromium that is installed: one start for many of them, no network, no window."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from trackkit_jupyter.palette import HUES, THEMES, Ink

__all__ = ["ask", "draw", "find", "picture_of"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
#: Nothing is asked of any network: no name is found, no update looked for.
_FLAGS = (
    "--headless --disable-background-networking --disable-component-update --disable-default-apps --disable-sync "
    "--disable-extensions --no-first-run --no-default-browser-check --mute-audio --hide-scrollbars "
    "--use-angle=swiftshader --enable-unsafe-swiftshader --disable-dev-shm-usage "
    "--proxy-server=127.0.0.1:9 --proxy-bypass-list=<-loopback>"
).split()
_AT_ONCE = 25  # figures of one page
_SECONDS = 30  # for the start, and some for each figure
_EACH = 4
#: May be called again with more: what there is when the time is over counts.
_ANSWER = """
function answer(answers) {
  const text = document.getElementById('answers') ?? document.createElement('pre');
  text.id = 'answers';
  text.textContent = btoa(encodeURIComponent(JSON.stringify(answers)));
  document.body.append(text);
}
"""
#: Traces drawn by WebGL are made by code that plotly puts together: without it they come out empty, and nobody is told.
_PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' \
'unsafe-eval' file:; style-src \
'unsafe-inline'; img-src data: blob:; font-src data:; worker-src blob:"><body>
<script src="answer.js"></script><script src="plotly.min.js"></script><script src="figures.js"></script>
<script>
const size = { width: WIDTH, height: HEIGHT, format: 'FORMAT', scale: SCALE };
const template = TEMPLATE;
const record = found => typeof found === 'object' && found !== null ? found : {};
// plotly.py writes its default template into every figure: it is nobody's choice.
const tone = found => Number.parseInt(String(found).slice(1), 16);
const isPlotlys = found => found.paper_bgcolor === 'white' && tone(found.plot_bgcolor) === 0xe5ecf6;
const isChosen = ({ layout }) => layout && !isPlotlys(layout);
const camera = { eye: { x: 1.75, y: 1.75, z: 1.2 } };  // plotly's own stands so near that axes are cut
const paper = { paper_bgcolor: 'PAPER', width: WIDTH, height: HEIGHT, autosize: false };
const font = { family: 'DejaVu Sans, Open Sans, Verdana, Arial, sans-serif' };
(async () => {
  const answers = [];
  for (const { data, layout } of figures) {
    try {
      const margin = { l: 56, r: 24, t: layout?.title?.text ? 48 : 20, b: 44, ...layout?.margin };
      const look = { ...layout, ...paper, margin, font: { ...font, ...layout?.font } };
      look.scene = { camera, ...layout?.scene };
      look.template = isChosen(record(layout?.template)) ? layout.template : template;
      const figure = { data, layout: look, config: { staticPlot: true } };
      answers.push({ drawn: await Plotly.toImage(figure, size) });
    } catch (error) {
      answers.push({ why: String(error?.message ?? error) });
    }
    answer(answers);
  }
})();
</script>
"""


def find() -> str | None:
    """Return the program of a Chrome or Chromium; ``None`` where there is none.

    ``BROWSER_PATH`` names one (as kaleido reads it); set to nothing, none is used.
    """
    named = os.environ.get("BROWSER_PATH")
    if named is not None:
        return shutil.which(named) if named else None
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    return next((place for place in _PLACES if os.path.isfile(place)), None)


def draw(
    browser: str,
    figures: Sequence[Mapping[str, Any]],
    format: Literal["png", "svg"] = "svg",
    *,
    width: int = 640,
    height: int = 400,
    scale: float = 2,
) -> list[bytes | str]:
    """Draw plotly figures.

    Parameters
    ----------
    browser
        The program, from `find`.
    figures
        Plotly's JSON.
    format
        ``svg`` or ``png``.
    width, height
        Size in CSS pixels.
    scale
        Pixels of a PNG per CSS pixel.

    Returns
    -------
    list
        For each figure the picture, or why there is none.
    """
    script = _plotly()
    if script is None:
        return ["the plotly package is not installed"] * len(figures)
    answers: list[bytes | str] = []
    for start in range(0, len(figures), _AT_ONCE):
        some = figures[start : start + _AT_ONCE]
        page = (
            _PAGE.replace("PAPER", THEMES["light"].paper)
            .replace("TEMPLATE", json.dumps(_template(THEMES["light"])))
            .replace("FORMAT", format)
            .replace("SCALE", str(scale if format == "png" else 1))
        )
        answers += _page(browser, script, page.replace("WIDTH", str(width)).replace("HEIGHT", str(height)), some)
    return answers


def _template(ink: Ink) -> dict[str, Any]:
    """Return how figures look that say nothing of it: as on the screen."""
    scale = [[0, ink.low], [1, ink.high]]
    colorbar = {"thickness": 8, "outlinewidth": 0, "tickfont": {"size": 11, "color": ink.secondary}}
    axis = {"gridcolor": ink.grid, "zerolinecolor": ink.line, "linecolor": ink.line, "automargin": True}
    axis["tickfont"] = {"color": ink.secondary}
    kinds = {kind: [{"colorscale": scale, "colorbar": colorbar}] for kind in ("heatmap", "histogram2d", "contour")}
    kinds |= {"surface": [{"colorscale": "Viridis", "colorbar": colorbar}], "bar": [{"marker": {"line": {"width": 0}}}]}
    kinds |= {"scatter": [{"line": {"width": 2}, "marker": {"size": 5}}], "scatter3d": [{"marker": {"size": 3}}]}
    font = {"size": 11, "color": ink.ink}
    return {
        "layout": {"colorway": list(HUES), "plot_bgcolor": ink.paper, "font": font, "xaxis": axis, "yaxis": axis},
        "data": kinds,
    }


def _page(browser: str, script: Path, page: str, figures: Sequence[Mapping[str, Any]]) -> list[bytes | str]:
    text = json.dumps([{"data": one.get("data"), "layout": one.get("layout")} for one in figures])
    files: dict[str, str | Path] = {
        "figures.js": f"const figures = {text};",
        "page.html": page,
        "plotly.min.js": script,
    }
    answers = ask(browser, files, len(figures), _SECONDS + _EACH * len(figures))
    return [picture_of(answer.get("drawn")) or str(answer.get("why") or "it is malformed")[:200] for answer in answers]


def ask(browser: str, files: Mapping[str, str | Path], count: int, seconds: float) -> list[dict[str, Any]]:
    """Open a page in the browser, without a window and without a network, and return so many answers of it.

    What it does not answer is ``{"why": ...}``.

    Parameters
    ----------
    browser
        The program.
    files
        By their names: texts, or files to copy. ``page.html`` is opened; it loads ``answer.js`` and hands its answers,
        a list of objects, to ``answer``.
    count
        How many answers there will be.
    seconds
        How long it may take.
    """
    name = Path(browser).name
    with tempfile.TemporaryDirectory(prefix="trackkit-page-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        for file, content in files.items():
            if isinstance(content, Path):
                shutil.copyfile(content, folder / file)
            else:
                (folder / file).write_text(content, encoding="utf-8")
        (folder / "answer.js").write_text(_ANSWER, encoding="utf-8")
        # As root, which containers often are, Chrome starts without its sandbox only.
        sandbox = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []
        time = f"--virtual-time-budget={seconds * 1000:.0f}"
        command = [browser, *_FLAGS, *sandbox, f"--user-data-dir={folder / 'profile'}", time, "--dump-dom"]
        command.append((folder / "page.html").as_uri())
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=seconds, env={**os.environ, "HOME": place}, check=False
            )
        except subprocess.TimeoutExpired:
            return [{"why": f"{name} took too long"}] * count
        except OSError as error:
            return [{"why": f"{name} could not be started ({error.strerror})"}] * count
        answers = _answers(done.stdout.decode("utf-8", "replace"))
        return [*answers, *[{"why": f"{name} did not finish the page"}] * (count - len(answers))]


def _answers(page: str) -> list[dict[str, Any]]:
    from urllib.parse import unquote

    found = re.search(r'<pre id="answers">([A-Za-z0-9+/=]*)</pre>', page)
    return json.loads(unquote(base64.b64decode(found[1]).decode("ascii"))) if found else []


def picture_of(address: Any) -> bytes | None:
    """Return the bytes of a ``data:`` address."""
    if not isinstance(address, str):
        return None
    from urllib.parse import unquote_to_bytes

    head, _, data = address.partition(",")
    return base64.b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)


def _plotly() -> Path | None:
    """Return plotly.js of the plotly package."""
    spec = importlib.util.find_spec("plotly")  # not imported: that takes half a second and is not needed
    if spec is None or spec.origin is None:
        return None
    script = Path(spec.origin).parent / "package_data" / "plotly.min.js"
    return script if script.is_file() else None
