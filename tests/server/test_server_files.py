"""Files over HTTP: their types, what they may do in a browser, ranges, names, caches, and what is not served."""

from __future__ import annotations

import hashlib
import os

import pytest

from trackkit_jupyter import tracking
from trackkit_jupyter.server import files

ABSENT = "0" * 32


def address(store, hash, experiment=None):
    return f"trackkit/files/{store.id}/{experiment or store.first}/{hash}"


def policy(response):
    return response.headers["Content-Security-Policy"]


async def test_an_image(ask, store):
    response = await ask(address(store, store.image))
    assert response.code == 200
    assert response.body.startswith(b"\x89PNG")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Etag"] == f'"{store.image}"'
    assert "sandbox; default-src 'none'" in policy(response)
    assert "frame-ancestors 'self'" in policy(response)
    assert "Content-Disposition" not in response.headers
    again = await ask(address(store, store.image), headers={"If-None-Match": response.headers["Etag"]})
    assert (again.code, again.body) == (304, b"")
    head = await ask(address(store, store.image), method="HEAD")
    assert (head.code, head.body) == (200, b"")
    for name in ("Content-Length", "Content-Type", "Content-Security-Policy", "Etag", "Cache-Control"):
        assert head.headers[name] == response.headers[name]


async def test_a_thumbnail_of_an_image_alone(ask, store, assert_refused):
    there = f"trackkit/thumbnails/{store.id}/{store.first}"
    response = await ask(f"{there}/{store.image}")
    assert response.code == 200
    assert response.headers["Content-Type"] in ("image/png", "image/webp")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "sandbox; default-src 'none'" in policy(response)
    for other in (store.html, ABSENT * 2):
        await assert_refused(await ask(f"{there}/{other}"), 404, "not_found", "hash")
    with tracking.start("odd", store=store.path, capture=False) as odd:
        odd._blobs.put(b"no picture")
        hash = hashlib.sha256(b"no picture").hexdigest()
        odd._recorder.event(
            "sample", media="image", metric="m", variant="v", iteration=0, hash=hash, mime="image/png", name="x", size=5
        )
    await assert_refused(await ask(f"trackkit/thumbnails/{store.id}/{odd.id}/{hash}"), 400, "bad_value", "hash")


async def test_audio_in_ranges(ask, store):
    whole = await ask(address(store, store.audio))
    assert whole.headers["Content-Type"] in ("audio/wav", "audio/x-wav")
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = await ask(address(store, store.audio), headers={"Range": "bytes=10-19"})
    assert (part.code, part.body) == (206, whole.body[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.body)}"
    beyond = await ask(address(store, store.audio), headers={"Range": "bytes=999999999-"})
    assert beyond.code == 416


async def test_a_page_runs_in_an_origin_of_its_own(ask, store):
    response = await ask(address(store, store.html))
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    directives = [part.strip() for part in policy(response).split(";")]
    assert "sandbox" in directives
    assert "default-src 'none'" in directives
    assert not any("allow-same-origin" in part or "connect-src" in part or "http" in part for part in directives)


async def test_anything_else_is_a_download(ask, store):
    for hash in (store.artifact, store.plot):
        response = await ask(address(store, hash))
        assert response.code == 200
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{hash}"
        assert "sandbox; default-src 'none'" in policy(response)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("digits.png", "digits.png"),
        ("a b.png", "a%20b.png"),
        ("größe 😀.png", "gr%C3%B6%C3%9Fe%20%F0%9F%98%80.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".bashrc", "bashrc"),
        ('a";\r\nSet-Cookie: x=1;.png', "a_%3BSet-Cookie_%20x%3D1%3B.png"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("x" * 1000, "x" * 150),
    ],
)
async def test_a_download_has_a_safe_name(ask, store, wanted, given):
    response = await ask(address(store, store.image), {"download": wanted})
    assert response.code == 200
    assert response.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{given}"
    assert "Set-Cookie" not in {name for name in response.headers if "x=1" in response.headers[name]}


async def test_what_is_not_there_is_not_found(ask, store, assert_refused):
    await assert_refused(await ask(address(store, "0" * 64)), 404, "not_found", "hash")
    await assert_refused(await ask(address(store, store.image, ABSENT)), 404, "not_found", "id")
    await assert_refused(await ask(address(store, store.image, store.second)), 404, "not_found", "hash")
    response = await ask(f"trackkit/files/{ABSENT}/{store.first}/{store.image}")
    await assert_refused(response, 404, "not_found", "store")


HOSTILE = [
    *("../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/store.json", "%252e%252e%252fstore.json"),
    *("experiment.json", "../experiment.json", "blobs", ".", "..", "", "/", "//etc/passwd", "\\..\\store.json"),
    *("%5c..%5c", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "/", "0" * 64 + "%00", "0" * 64 + ".png", "0" * 63 + "%0a"),
    *("0" * 64 + "#x", "%ff" * 32, "0" * 62 + "%c0%ae", "\uff10" * 64, "*", "?", "0" * 64 + ";x", "0" * 64 + "%20"),
    "%30" * 64 + "/..",
]  # fmt: skip


@pytest.mark.parametrize("place", ["store", "experiment", "hash"])
async def test_no_address_leads_elsewhere(ask, store, snapshot, place):
    before = snapshot()
    for text in HOSTILE:
        parts = {"store": store.id, "experiment": store.first, "hash": store.image, place: text}
        response = await ask("trackkit/files/" + "/".join(parts.values()), headers={"X": "1"})
        assert response.code in (400, 404), text
        assert b"root:" not in response.body
        assert b'"schema"' not in response.body
        for method in ("PUT", "DELETE", "POST"):
            body = b"x" if method != "DELETE" else None
            refused = await ask("trackkit/files/" + "/".join(parts.values()), method=method, body=body)
            assert refused.code in (400, 404, 405), (method, text)
    assert snapshot() == before


async def test_links_and_pipes_are_not_followed(ask, store, assert_refused, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("CANARY")
    blobs = store.path / "experiments" / store.first / "blobs"
    (blobs / ("a" * 64)).symlink_to(secret)
    os.mkfifo(blobs / ("b" * 64))
    (blobs / ("c" * 64)).mkdir()
    for hash in ("a" * 64, "b" * 64, "c" * 64):
        await assert_refused(await ask(address(store, hash)), 404, "not_found", "hash")


async def test_a_folder_of_blobs_that_is_a_link_is_not_followed(ask, store, assert_refused, tmp_path):
    blobs = store.path / "experiments" / store.second / "blobs"
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ("d" * 64)).write_text("CANARY")
    if blobs.exists():
        blobs.rmdir()
    blobs.symlink_to(outside)
    await assert_refused(await ask(address(store, "d" * 64, store.second)), 404, "not_found", "hash")


@pytest.mark.parametrize(
    "mime", ["application/x-shockwave-flash", "text/javascript", "text/html\r\nX: y", "IMAGE/PNG", "multipart/x", None]
)
async def test_a_recorded_type_that_is_not_listed_is_a_download(ask, store, mime):
    with tracking.start("odd", store=store.path, capture=False) as odd:
        odd.log_html("page", "table", "<b>x</b>", 0)
        hash = odd.samples()[0]["hash"]
        # What a store that came from elsewhere may hold.
        odd._blobs.put(b"other")
        other = hashlib.sha256(b"other").hexdigest()
        odd._recorder.event(
            "sample", media="html", metric="m", variant="v", iteration=0, hash=other, mime=mime, name="x", size=5
        )
    assert "Content-Disposition" not in (await ask(address(store, hash, odd.id))).headers
    response = await ask(address(store, other, odd.id))
    assert (response.code, response.body) == (200, b"other")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment;")


async def test_plotly(ask, assert_refused):
    about = files.plotly_address()
    response = await ask(about)
    assert response.code == 200
    assert len(response.body) > 1_000_000
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = await ask(about, headers={"If-None-Match": response.headers["Etag"]})
    assert again.code == 304
    for other in ("trackkit/plotly/0.0.1/plotly.min.js",):
        await assert_refused(await ask(other), 404, "not_found", "version")
    for other in ("trackkit/plotly/..%2f../plotly.min.js", "trackkit/plotly/4/other.js", "trackkit/plotly/"):
        await assert_refused(await ask(other), 404, "not_found")


@pytest.mark.skipif(not (files.FOLDER / "embed.js").exists(), reason="the front end is not built")
async def test_the_code_of_the_page(ask):
    response = await ask(files.static_address("embed.js"))
    assert response.code == 200
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response.body == (files.FOLDER / "embed.js").read_bytes()


async def test_static_files_by_their_version(ask, assert_refused):
    version = files.static_version()
    for name in ("absent.js", "..", "%2e%2e%2fapi.py", "../app.py", ".hidden.js", "embed.py"):
        await assert_refused(await ask(f"trackkit/static/{version}/{name}"), 404, "not_found")
    await assert_refused(await ask("trackkit/static/0000000000000000/embed.js"), 404, "not_found")
