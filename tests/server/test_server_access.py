"""Who may do what: every route, signed in or not, allowed or not, from this site or another; and what is logged."""

from __future__ import annotations

import json
import logging

import pytest
from jupyter_server.auth import Authorizer

from trackkit_jupyter.server.api import OperationHandler
from trackkit_jupyter.server.app import TrackkitExtension
from trackkit_jupyter.server.door import guarded

VERBS = ("get", "head", "post", "put", "patch", "delete")

#: Each route with an address that it answers. A new route must be entered here, or the inventory fails.
ROUTES = {
    "/trackkit/api/about": "trackkit/api/about",
    "/trackkit/api/([a-z_]{1,40})": "trackkit/api/experiment?store=STORE&id=FIRST",
    "/trackkit/console/([0-9a-f]{32})/([0-9a-f]{32})": "trackkit/console/STORE/FIRST",
    "/trackkit/notebook": "trackkit/notebook?path=some.ipynb",
    "/trackkit/files/([0-9a-f]{32})/([0-9a-f]{32})/([0-9a-f]{64})": "trackkit/files/STORE/FIRST/IMAGE",
    r"/trackkit/plotly/([0-9A-Za-z.+-]{1,40})/plotly\.min\.js": "PLOTLY",
    "/trackkit/static/([0-9a-f]{16})/([0-9A-Za-z_-][0-9A-Za-z._-]{0,99})": "trackkit/static/0123456789abcdef/embed.js",
    "/trackkit/thumbnails/([0-9a-f]{32})/([0-9a-f]{32})/([0-9a-f]{64})": "trackkit/thumbnails/STORE/FIRST/IMAGE",
    "/trackkit/export": "trackkit/export?path=none.ipynb",
    "/trackkit/view": "trackkit/view?store=STORE&objects=FIRST",
    "/trackkit/display": "trackkit/display?store=STORE&objects=FIRST",
    "/trackkit/widgets?/?": "trackkit/widgets/?store=STORE&objects=FIRST",
    "/trackkit(?:/.*)?": "trackkit/whatever",
}
PAGES = {"/trackkit/widgets?/?"}
#: Verbs that answer reads as well: what edits behind them is guarded by itself.
POSTED = {(OperationHandler, "post")}


def fill(address, store):
    from trackkit_jupyter.server.files import plotly_address

    address = address.replace("PLOTLY", plotly_address())
    return address.replace("STORE", store.id).replace("FIRST", store.first).replace("IMAGE", store.image)


@pytest.fixture
def routes():
    extension = TrackkitExtension()
    extension.initialize_handlers()
    return {route[0]: route[1] for route in extension.handlers}


def test_every_route_is_in_the_inventory(routes):
    assert routes.keys() == ROUTES.keys()


def test_every_verb_is_guarded(routes):
    for pattern, handler in routes.items():
        own = [verb for verb in VERBS if getattr(handler, verb).__module__.startswith("trackkit_jupyter")]
        assert "get" in own, pattern
        for verb in own:
            action = getattr(getattr(handler, verb), "guarded", None)
            reads = verb in ("get", "head") or (handler, verb) in POSTED
            assert action == ("read" if reads else "write"), (pattern, verb)
        # What is inherited must not answer: a verb that we did not write, we did not guard.
        for verb in set(VERBS) - set(own):
            assert getattr(handler, verb).__name__ == "_unimplemented_method", (pattern, verb)


def test_what_is_posted_edits_only_behind_the_right_to_write():
    assert OperationHandler._edit.guarded == "write"


def test_the_inventory_notices_a_verb_without_a_guard():
    class Open(OperationHandler):
        async def get(self, name):
            await self.reply(b"{}")

    assert getattr(Open.get, "guarded", None) is None
    assert guarded("read")(Open.get).guarded == "read"


@pytest.mark.parametrize("pattern", ROUTES)
async def test_nobody_reads_without_a_token(ask, store, pattern):
    response = await ask(fill(ROUTES[pattern], store), auth=False)
    assert response.code == (302 if pattern in PAGES else 403)
    assert store.first.encode() not in response.body
    wrong = await ask(fill(ROUTES[pattern], store), auth=False, headers={"Authorization": "token wrong"})
    assert wrong.code == response.code


@pytest.mark.parametrize("pattern", ROUTES)
async def test_every_answer_has_a_policy(ask, store, pattern):
    response = await ask(fill(ROUTES[pattern], store))
    assert response.code in (200, 404)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_nobody_edits_without_a_token(ask, store, assert_refused, snapshot):
    before = snapshot()
    response = await ask("trackkit/api/rename", body={"store": store.id, "id": store.first, "name": "x"}, auth=False)
    await assert_refused(response, 403, "forbidden")
    assert snapshot() == before


# -- cross-site requests ----------------------------------------------------------------------------------------------


async def sign_in(ask, store):
    """Return the cookies of a browser that opened our page with a token, and the XSRF token among them."""
    response = await ask("trackkit/widgets/", {"objects": store.first, "store": store.id})
    assert response.code == 200
    jar = dict(part.split(";")[0].split("=", 1) for part in response.headers.get_list("Set-Cookie"))
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}, jar["_xsrf"]


async def test_a_cookie_alone_reads_but_does_not_edit(ask, store, assert_refused, snapshot):
    cookie, xsrf = await sign_in(ask, store)
    sent = {"store": store.id, "id": store.first, "name": "x"}
    assert (await ask("trackkit/api/about", auth=False, headers=cookie)).code == 200
    read = {"store": store.id, "id": store.first}
    await assert_refused(await ask("trackkit/api/experiment", body=read, auth=False, headers=cookie), 403, "forbidden")
    before = snapshot()
    await assert_refused(await ask("trackkit/api/rename", body=sent, auth=False, headers=cookie), 403, "forbidden")
    wrong = {**cookie, "X-XSRFToken": "2|wrong|" + "0" * 32}
    await assert_refused(await ask("trackkit/api/rename", body=sent, auth=False, headers=wrong), 403, "forbidden")
    assert snapshot() == before
    right = {**cookie, "X-XSRFToken": xsrf}
    assert (await ask("trackkit/api/rename", body=sent, auth=False, headers=right)).code == 200
    assert store.experiment().name == "x"


async def test_another_site_is_refused(ask, store, assert_refused, snapshot):
    cookie, xsrf = await sign_in(ask, store)
    sent = {"store": store.id, "id": store.first, "name": "x"}
    foreign = {**cookie, "Origin": "http://evil.example", "X-XSRFToken": xsrf}
    before = snapshot()
    response = await ask("trackkit/api/rename", body=sent, auth=False, headers=foreign)
    assert response.code in (403, 404)
    response = await ask("trackkit/api/experiment", {"store": store.id, "id": store.first}, auth=False, headers=foreign)
    assert response.code in (403, 404)
    assert store.first.encode() not in response.body
    assert "Access-Control-Allow-Origin" not in response.headers
    assert snapshot() == before


# -- the server's authorizer ------------------------------------------------------------------------------------------


class Readers(Authorizer):
    """Everybody may read, nobody may edit."""

    def is_authorized(self, handler, user, action, resource):
        return resource != "trackkit" or action == "read"


class Nobody(Authorizer):
    """Nobody may do anything with what is ours."""

    def is_authorized(self, handler, user, action, resource):
        return resource != "trackkit"


@pytest.fixture
def jp_server_config(request, jp_server_config):
    authorizer = getattr(request, "param", None)
    if authorizer is not None:
        jp_server_config.ServerApp.authorizer_class = authorizer
    return jp_server_config


@pytest.mark.parametrize("jp_server_config", [Readers], indirect=True)
async def test_one_who_may_only_read(ask, store, assert_refused, snapshot):
    before = snapshot()
    asked = {"store": store.id, "id": store.first}
    assert (await ask("trackkit/api/experiment", asked)).code == 200
    assert (await ask("trackkit/api/experiment", body=asked)).code == 200
    response = await ask("trackkit/api/rename", body={"store": store.id, "id": store.first, "name": "x"})
    await assert_refused(response, 403, "forbidden")
    assert snapshot() == before


@pytest.mark.parametrize("jp_server_config", [Nobody], indirect=True)
@pytest.mark.parametrize("pattern", ROUTES)
async def test_one_who_may_do_nothing(ask, store, pattern):
    response = await ask(fill(ROUTES[pattern], store))
    assert response.code == 403
    assert store.first.encode() not in response.body


# -- errors and logs --------------------------------------------------------------------------------------------------


class Broken(OperationHandler):
    """A handler of ours with a mistake in it."""

    @guarded("read")
    async def get(self):
        """Fail."""
        raise RuntimeError("secret of /home/somebody")


async def test_what_nobody_expected(ask, store, jp_serverapp, assert_refused, caplog):
    base = jp_serverapp.base_url
    jp_serverapp.web_app.add_handlers(".*$", [(f"{base}broken", Broken, {"name": "trackkit_jupyter"})])
    with caplog.at_level(logging.ERROR):
        response = await ask("broken", f"token={jp_serverapp.identity_provider.token}")
    await assert_refused(response, 500, "internal")
    assert b"secret" not in response.body
    assert "RuntimeError: secret of /home/somebody" in caplog.text


async def test_no_token_is_logged(ask, store, jp_serverapp, caplog):
    token = jp_serverapp.identity_provider.token
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        for address in ("trackkit/api/experiment", "trackkit/api/nothing", "trackkit/widgets/", "trackkit/files/x"):
            response = await ask(address, f"token={token}&id={store.first}", auth=False)
            assert response.code >= 400
    lines = [record.getMessage() for record in caplog.records if "trackkit" in record.getMessage()]
    assert lines
    assert not any(token in line for line in lines)


async def test_a_refusal_is_json_that_says_so(ask, store, assert_refused):
    response = await ask("trackkit/api/experiment", {"store": store.id, "id": "<b>" * 2000})
    await assert_refused(response, 400, "bad_value", "id")
    assert len(json.loads(response.body)["message"]) < 250
