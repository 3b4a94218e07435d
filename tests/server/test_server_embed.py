"""The embed page: one view in one page, and what happens when the URL is wrong."""

from __future__ import annotations

import json
import re

import pytest

from trackkit_jupyter.server import files

ABSENT = "0" * 32


def inside(response):
    """Return what the page hands to our code."""
    text = response.body.decode()
    (data,) = re.findall(r'<script type="application/json" id="trackkit-view">(.*?)</script>', text, re.DOTALL)
    return json.loads(data)


@pytest.mark.parametrize("path", ["trackkit/widgets/", "trackkit/widget/", "trackkit/widgets", "trackkit/widget"])
async def test_the_page_holds_the_view(ask, store, path, jp_base_url):
    query = (
        f"type=scalar&objectType=task&objects={store.first}&xaxis=iter&metrics=loss&company=x&store={store.id}&light"
    )
    response = await ask(path, query)
    assert response.code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    page = inside(response)
    assert page["baseUrl"] == jp_base_url
    assert page["theme"] == "light"
    assert page["view"]["kind"] == "scalars"
    assert page["view"]["objects"] == [store.first]
    assert page["view"]["options"]["metrics"] == ["loss"]
    assert page["view"]["store"] == {"id": store.id, "path": None}


async def test_its_policy_and_its_code(ask, store, jp_base_url):
    response = await ask("trackkit/widgets/", f"objects={store.first}&store={store.id}")
    policy = [part.strip() for part in response.headers["Content-Security-Policy"].split(";")]
    for directive in (
        "frame-ancestors 'self'",
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "connect-src 'self'",
        "base-uri 'none'",
    ):
        assert directive in policy
    text = response.body.decode()
    version = files.static_version()
    assert f'<script type="module" src="{jp_base_url}trackkit/static/{version}/embed.js">' in text
    assert f'<link rel="stylesheet" href="{jp_base_url}trackkit/static/{version}/embed.css">' in text
    assert len(re.findall("<script", text)) == 2  # the data and our module: nothing that runs is written into the page
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("type=experiment&objects={first}", {"experiment", "scalars", "corner"}),
        ("type=table", {"table", "corner"}),
        ("type=plot&objects={first}&metrics=loss", {"plots", "corner"}),
        ("type=comparison&objects={first}", {"comparison", "scalars", "corner"}),
        ("type=comparison&tab=parallel&objects={first}", {"comparison", "axesplots", "corner"}),
        ("type=comparison&tab=details&objects={first}", {"comparison", "tables", "corner"}),
        ("type=comparison&tab=importance&objects={first}", {"comparison", "importance", "corner"}),
    ],
)
async def test_the_code_of_the_view_is_asked_for_at_once(ask, store, address, parts):
    """All files that the page needs until it shows its view, and none that it does not."""
    response = await ask("trackkit/widgets/", f"{address.format(first=store.first)}&store={store.id}")
    found = re.findall('<link rel="modulepreload" href="[^"]*/(trackkit/static/[^"]+)">', response.body.decode())
    names = [address.rpartition("/")[2] for address in found]
    assert parts <= {name.rpartition("-")[0] for name in names}
    imported = {
        other for name in ["embed.js", *names] for other in re.findall(r'(?:from|import) ?"\./([^"]+)"', source(name))
    }
    assert imported <= set(names)
    assert not any(re.match("record|console|reports|home", name) for name in names)
    for address in found:
        assert (await ask(address)).code == 200


def source(name: str) -> str:
    return (files.FOLDER / name).read_text(encoding="utf-8")


async def test_the_token_in_the_address_stays_out_of_the_page(ask, store, jp_serverapp):
    token = jp_serverapp.identity_provider.token
    response = await ask("trackkit/widgets/", f"objects={store.first}&store={store.id}&token={token}", auth=False)
    assert response.code == 200
    assert token not in response.body.decode()


async def test_text_in_the_view_cannot_leave_its_script(ask, store):
    hostile = "</script><script>alert(1)</script><!--"
    response = await ask("trackkit/widgets/", {"objects": store.first, "store": store.id, "metrics": hostile})
    assert response.code == 200
    assert inside(response)["view"]["options"]["metrics"] == [hostile]
    assert b"alert(1)</script>" not in response.body
    assert b"<!--" not in response.body


async def test_one_who_is_not_signed_in_is_sent_to_the_login(ask, store, jp_base_url):
    response = await ask("trackkit/widgets/", f"objects={store.first}&store={store.id}", auth=False)
    assert response.code == 302
    assert response.headers["Location"].startswith(f"{jp_base_url}login?next=")
    assert store.first.encode() not in response.body


WRONG = [
    ("", 400),
    ("type=scalar", 400),
    ("objects=", 400),
    ("objects=nope", 400),
    ("objects=FIRST&store=STORE&type=pie", 400),
    ("objects=FIRST&store=STORE&xaxis=epochs", 400),
    ("objects=FIRST&store=STORE&objectType=task&colour=red", 400),
    ("objects=FIRST&store=STORE&metrics=%ff", 400),
    ("objects=FIRST&store=STORE&path=%ff", 400),
    ("objects=FIRST&store=STORE&smoothing=2", 400),
    ("objects=FIRST&store=../../etc", 400),
    ("objects=" + ABSENT + "&store=STORE", 404),
    ("objects=FIRST&store=" + ABSENT, 404),
    ("objects=FIRST&path=../elsewhere/store", 404),
    ("objects=FIRST&store=STORE&type=" + "%3Cscript%3Ealert(1)%3C/script%3E" * 20, 400),
    ("objects=FIRST&store=STORE&" + "<img src=x onerror=alert(1)>".replace(" ", "%20") + "=1", 400),
    ("objects=FIRST&store=STORE&x=" + "y" * 50_000, 400),
    ("light&objects=nope", 400),
    ("objects=FIRST&store=STORE&width=1e9", 400),
    ("objects=FIRST&store=STORE&height=-300", 400),
    ("objects=FIRST&store=STORE&metrics=" + "y" * 50_000, 400),
    ("store=STORE&tags[]=__$nope", 400),
    ("store=STORE&hyperparams.nope%3Cimg%3E=x&order_by=nope", 400),
    ("store=STORE&order_by=nope", 400),
    ("store=STORE&page_size=nope", 400),
    ("store=STORE&created=nope", 400),
    ("store=STORE&query=nope+<", 400),
]


@pytest.mark.parametrize(("query", "status"), WRONG, ids=lambda value: str(value)[:50])
async def test_a_wrong_address_gets_a_short_page(ask, store, query, status, tmp_path):
    sent = query.replace("FIRST", store.first).replace("STORE", store.id)
    response = await ask("trackkit/widgets/", sent)
    assert response.code == status
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert len(response.body) < 2000
    text = response.body.decode()
    assert "<script" not in text
    assert "<img" not in text
    assert str(tmp_path) not in text
    assert "Traceback" not in text
    message = re.search(r"<p>(.*)</p>", text)[1]
    assert len(message) > 10
    # Who links to it must not choose what it says.
    assert not re.search("nope|pie|epochs|colour|red|alert|yyy|1e9|-300|elsewhere", message)
    assert ('content="light"' in text) == query.startswith("light")


async def test_objects_of_another_store_are_found_where_the_address_names_none(ask, store, default_store):
    for wanted in (store, default_store):
        response = await ask("trackkit/widgets/", f"objects={wanted.first}")
        assert response.code == 200
        assert inside(response)["view"]["store"]["id"] == wanted.id


async def test_what_a_cell_keeps_of_a_view(ask, store):
    response = await ask("trackkit/display", f"objects={store.first}&metrics=loss&store={store.id}&height=300")
    assert response.code == 200
    data = json.loads(response.body)["data"]
    view = data["application/vnd.trackkit.view+json"]
    assert (view["objects"], view["options"]["height"], view["store"]["id"]) == ([store.first], 300, store.id)
    # The store lies beside the server's root; from a folder in it, one step further.
    assert view["store"]["path"] == "../elsewhere/store"
    assert data["image/png"]
    assert {"text/html", "text/markdown", "text/plain"} <= data.keys()
    # The Lab adds the time to what it asks.
    response = await ask("trackkit/display", f"objects={store.first}&beside=reports/2026&1795980328121")
    path = json.loads(response.body)["data"]["application/vnd.trackkit.view+json"]["store"]["path"]
    assert path == "../../../elsewhere/store"


async def test_what_cannot_be_displayed_is_refused(ask, store, assert_refused):
    await assert_refused(
        await ask("trackkit/display", f"objects={ABSENT}&store={store.id}"), 404, "not_found", "objects"
    )
    await assert_refused(await ask("trackkit/display", "objects=x"), 400, "bad_embed", "objects")
