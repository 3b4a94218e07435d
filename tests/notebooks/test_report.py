"""The notebook that uses all of Markdown and every kind of view: what is in its cells is in its exports."""

import re

import nbformat
import pypdf
import pytest

from trackkit_jupyter import views
from trackkit_jupyter.demo import execute
from trackkit_jupyter.reports.export import write
from trackkit_jupyter.store import open_store

from .test_quickstart import NOTEBOOKS

#: Pictures of each kind of view, in the order they stand in the notebook.
PICTURES = {"loss": 1, "weights": 1, "confusion": 1, "single": 0, "wrong": 1, "parcoords": 1, "comparison": 1}
PICTURES |= {"query": 1, "snippet": 1, "table": 0, "claim": 1, "experiment": 1, "model": 0, "gone": 0}
WORDS = """Bold|bold|italic|struck through|inline code|A quotation|within a quotation.|1. First|2. second|3. third|
one sign|
two spaces deeper|and two more|another sign|and a third|train four models|try another kind of model|Right|Middle|rows|
print("indented")|def loss(p, y):|"rate": 0.1|link|Stochastic gradient descent|(https://scikit-learn.org/logo.png)|
Red, and nothing else|How the data were split|A quarter of the 1,797 digits|best accuracy|
accuracy/val max|Large rates beat small ones|linear digits|
is not in this store any more|The end of the report""".replace("\n", "").split("|")


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("HOME", "XDG_DATA_HOME", "IPYTHONDIR"):
            patch.setenv(variable, str(folder / variable.lower()))
            (folder / variable.lower()).mkdir()
        execute(NOTEBOOKS / "report.ipynb", folder / "report.ipynb", folder / ".trackkit")
        yield folder / "report.ipynb"


def store_of(notebook):
    """Where the snippet of a Markdown cell looks, which names no store."""
    return open_store(notebook.parent / ".trackkit")


def test_text_and_pictures_of_the_pdf_are_those_of_the_cells(executed):
    done = write(executed, executed.with_suffix(".pdf"), store_of(executed))
    cells = nbformat.read(executed, 4).cells
    shown = [o for cell in cells for o in cell.get("outputs", ()) if views.MIME_TYPE in o.get("data", {})]
    snippets = sum(cell.source.count("<iframe") for cell in cells)
    assert done.views == len(shown) + snippets == len(PICTURES)
    assert done.pictures == sum(PICTURES.values())
    assert len(done.missing) == 1
    reader = pypdf.PdfReader(done.path)
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())
    letters = text.replace(" ", "")  # a line may end within an address
    for words in WORDS:
        assert words.replace(" ", "") in letters, words
    headings = [re.sub(r"^#+\s*", "", line) for cell in cells for line in cell.source.split("\n") if line[:1] == "#"]
    assert all(heading in text for heading in headings)


@pytest.mark.parametrize("suffix", [".md", ".html"])
def test_the_other_exports_have_the_same(executed, suffix):
    done = write(executed, executed.with_suffix(suffix), store_of(executed))
    assert (done.views, done.pictures, len(done.missing)) == (len(PICTURES), sum(PICTURES.values()), 1)
    text = done.path.read_text()
    if suffix == ".md":
        assert len(re.findall(r"!\[[^\]]*\]\(report_files/\d+\.png", text)) == sum(PICTURES.values()) + 1
    else:
        # What is gone, and the table, which can be sorted, are no live views.
        assert text.count("data-view=") == len(PICTURES) - 2
        assert text.count('src="data:image/png;base64,') == sum(PICTURES.values()) + 1
