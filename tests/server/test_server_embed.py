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
    assert ('content="light"' in text) == query.startswith("light")
