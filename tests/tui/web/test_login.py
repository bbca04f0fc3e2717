"""Nothing runs before the venue has accepted the user; what is set keeps others out."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from web_site import Browser, cookie, log_in, origin

from bashu_tui.web import login_pages
from bashu_tui.web.settings import Limits
from bashu_tui.web.site import SITE

OpenSite = Callable[..., AbstractAsyncContextManager[Browser]]
DEADLINE_SECONDS = 30.0


async def test_the_venue_decides_who_may_log_in(site: OpenSite) -> None:
    async with site() as browser:
        assert (await log_in(browser, "alice", "wrong")).status == 401
        assert (await log_in(browser, "nobody", "x")).status == 401
        assert cookie(browser, "bashu-session") == ""
        answer = await log_in(browser, "alice", "a-secret")
        assert (answer.status, answer.headers["Location"]) == (303, "/terminal")
        page = await browser.get("/terminal")
        assert 'data-session-websocket-url="ws://127.0.0.1' in await page.text()
        again = await browser.get("/login", allow_redirects=False)
        assert again.headers["Location"] == "/terminal"


@pytest.mark.parametrize("user", ["venue", "public", "", "../etc", "a b", "Alice", "x" * 40])
async def test_the_venues_own_logins_and_impossible_names_are_nobodys(
    site: OpenSite, user: str
) -> None:
    async with site() as browser:
        assert (await log_in(browser, user, "p-secret")).status in (400, 401)
        assert len(browser.app[SITE].sessions) == 0


async def test_the_session_cookie_is_out_of_reach(site: OpenSite) -> None:
    async with site() as browser:
        (header,) = [
            text
            for text in (await log_in(browser, "alice", "a-secret")).headers.getall("Set-Cookie")
            if text.startswith("bashu-session=")
        ]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(header.split("; "))
        assert "Max-Age=43200" in header
        assert "Secure" not in header
        token = cookie(browser, "bashu-session")
        assert len(token) >= 43
        assert token not in await (await browser.get("/terminal")).text()


async def test_with_https_the_cookie_goes_over_nothing_else(site: OpenSite) -> None:
    async with site(public_url="https://bashu.example.cn") as browser:
        page = await browser.get("/login", headers={"Origin": "x"})
        (header,) = page.headers.getall("Set-Cookie")
        assert "Secure" in header.split("; ")
        assert "max-age" in page.headers["Strict-Transport-Security"]
        answer = await _post_form(browser, header, "https://bashu.example.cn")
        (session,) = [h for h in answer.headers.getall("Set-Cookie") if "bashu-form" not in h]
        assert session.startswith("__Host-bashu=")
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(session.split("; "))
        assert (await _post_form(browser, header, "http://127.0.0.1")).status == 403


async def _post_form(browser: Browser, set_cookie: str, asks_from: str) -> Any:
    """A client library sends no `Secure` cookie over http: send it by hand, as a proxy does."""
    token = set_cookie.split("=", 1)[1].split(";", maxsplit=1)[0]
    return await browser.post(
        "/login",
        data={"token": token, "user": "alice", "password": "a-secret"},
        headers={"Origin": asks_from, "Cookie": f"bashu-form={token}"},
        allow_redirects=False,
    )


@pytest.mark.parametrize("asks_from", ["https://evil.example", "null", "", "http://127.0.0.1:1"])
async def test_another_sites_form_logs_nobody_in(site: OpenSite, asks_from: str) -> None:
    async with site() as browser:
        assert (await log_in(browser, "alice", "a-secret", Origin=asks_from)).status == 403
        assert len(browser.app[SITE].sessions) == 0


async def test_a_form_without_this_browsers_token_logs_nobody_in(site: OpenSite) -> None:
    async with site() as browser:
        fields = {"token": "A" * 43, "user": "alice", "password": "a-secret"}
        headers = {"Origin": origin(browser)}
        first = await browser.post("/login", data=fields, headers=headers)
        await browser.get("/login")
        second = await browser.post("/login", data=fields, headers=headers)
        assert (first.status, second.status) == (403, 403)
        assert len(browser.app[SITE].sessions) == 0


async def test_a_name_that_is_made_to_point_here_is_no_own_origin(site: OpenSite) -> None:
    async with site() as browser:
        port = browser.port
        evil = {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"}
        assert (await log_in(browser, "alice", "a-secret", **evil)).status == 403


async def test_guessing_is_slowed_down(site: OpenSite) -> None:
    async with site(limits=Limits(failures_per_pair=3)) as browser:
        answers = [await log_in(browser, "alice", f"guess-{n}") for n in range(4)]
        assert [answer.status for answer in answers] == [401, 401, 401, 429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
        assert (await log_in(browser, "alice", "a-secret")).status == 429, "not even the right one"
        assert (await log_in(browser, "bob", "b-secret")).status == 303


async def test_a_proxy_is_believed_whom_it_speaks_for_only_if_it_is_expected(
    site: OpenSite,
) -> None:
    limits = Limits(failures_per_pair=1)
    async with site(limits=limits) as browser:
        await log_in(browser, "alice", "x", **{"X-Forwarded-For": "10.0.0.1"})
        second = await log_in(browser, "alice", "x", **{"X-Forwarded-For": "10.0.0.2"})
        assert second.status == 429
    async with site(limits=limits, public_url="http://bashu.example.cn") as browser:
        for address, status in (("9.9.9.9, 10.0.0.1", 401), ("10.0.0.2", 401), ("10.0.0.1", 429)):
            headers = {"X-Forwarded-For": address, "Origin": "http://bashu.example.cn"}
            assert (await log_in(browser, "alice", "x", **headers)).status == status


async def test_a_venue_out_of_reach_is_told_apart_and_counts_as_no_failure(
    site: OpenSite, market: Any
) -> None:
    async with site(limits=Limits(failures_per_pair=2)) as browser:
        market.hub.stop()
        answers = [await log_in(browser, "alice", "a-secret") for _ in range(4)]
        assert [answer.status for answer in answers] == [503] * 4
        assert "The venue cannot be reached" in await answers[0].text()


async def test_nothing_opens_without_a_login(site: OpenSite) -> None:
    async with site() as browser:
        page = await browser.get("/terminal", allow_redirects=False)
        assert (page.status, page.headers["Location"]) == (303, "/login")
        assert (await browser.get("/download/x")).status == 403
        with pytest.raises(WSServerHandshakeError, match="403"):
            await browser.ws_connect("/terminal/socket", headers={"Origin": origin(browser)})
        assert len(browser.app[SITE].terminals) == 0


@pytest.mark.parametrize("asks_from", ["https://evil.example", "null", None])
async def test_another_sites_page_opens_no_terminal(site: OpenSite, asks_from: str | None) -> None:
    async with site() as browser:
        await log_in(browser, "alice", "a-secret")
        headers = {} if asks_from is None else {"Origin": asks_from}
        with pytest.raises(WSServerHandshakeError, match="403"):
            await browser.ws_connect("/terminal/socket", headers=headers)


async def test_terminals_are_counted(site: OpenSite) -> None:
    async with site(limits=Limits(terminals_per_user=0)) as browser:
        await log_in(browser, "alice", "a-secret")
        with pytest.raises(WSServerHandshakeError, match="503"):
            await browser.ws_connect("/terminal/socket", headers={"Origin": origin(browser)})


async def test_logging_out_ends_the_session_at_the_server(site: OpenSite) -> None:
    async with site() as browser:
        await log_in(browser, "alice", "a-secret")
        token = cookie(browser, "bashu-session")
        page = await (await browser.get("/terminal")).text()
        found = re.search(r'action="/logout".*?name="token" value="([^"]+)"', page, re.DOTALL)
        assert found is not None
        for fields, headers in (
            ({"token": "x"}, {"Origin": origin(browser)}),
            ({"token": found.group(1)}, {"Origin": "https://evil.example"}),
        ):
            refused = await browser.post("/logout", data=fields, headers=headers)
            assert refused.status == 403
        answer = await browser.post(
            "/logout",
            data={"token": found.group(1)},
            headers={"Origin": origin(browser)},
            allow_redirects=False,
        )
        assert answer.headers["Location"] == "/login"
        assert cookie(browser, "bashu-session") == ""
        kept = {"Cookie": f"bashu-session={token}"}
        page = await browser.get("/terminal", headers=kept, allow_redirects=False)
        assert page.headers["Location"] == "/login"


async def test_a_new_login_takes_the_place_of_the_browsers_old_one(site: OpenSite) -> None:
    async with site() as browser:
        await log_in(browser, "alice", "a-secret")
        token = cookie(browser, "bashu-session")
        form = {"token": cookie(browser, "bashu-form"), "user": "bob", "password": "b-secret"}
        headers = {"Origin": origin(browser)}
        await browser.post("/login", data=form, headers=headers, allow_redirects=False)
        assert cookie(browser, "bashu-session") not in ("", token)
        assert len(browser.app[SITE].sessions) == 1


@pytest.mark.parametrize("path", ["/login", "/board", "/board.json", "/terminal", "/nothing"])
async def test_every_answer_forbids_what_comes_from_outside(site: OpenSite, path: str) -> None:
    async with site() as browser:
        await log_in(browser, "alice", "a-secret")
        headers = (await browser.get(path, allow_redirects=False)).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; ")
        assert "frame-ancestors 'none'" in policy
        assert "http://" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert "Python" not in headers["Server"]


async def test_the_policy_lets_the_terminal_speak_to_this_server_alone(site: OpenSite) -> None:
    async with site() as browser:
        await log_in(browser, "alice", "a-secret")
        policy = (await browser.get("/terminal")).headers["Content-Security-Policy"]
        assert f"connect-src 'self' ws://127.0.0.1:{browser.port};" in policy
        assert "unsafe-eval" not in policy


async def test_an_oversized_form_is_refused(site: OpenSite) -> None:
    async with site() as browser:
        assert (await log_in(browser, "alice", "x" * 20_000)).status == 413


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"token=\xff&user=\xfe"),
        (f"{FORM}; charset=foo", b"user=anna"),
        (f"{FORM}; charset=unicode_escape", b"user=anna&password=\\ud800"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
    ],
)
async def test_what_is_no_form_of_ours_is_refused_and_is_no_fault_of_the_server(
    site: OpenSite, path: str, kind: str, body: bytes
) -> None:
    async with site() as browser:
        await log_in(browser, "alice", "a-secret")
        headers = {"Origin": origin(browser), "Content-Type": kind}
        answer = await browser.post(path, data=body, headers=headers)
        assert answer.status == 403


async def test_a_form_that_does_not_come_to_its_end_is_not_waited_for(
    site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"user="
        await asyncio.sleep(3_600)

    monkeypatch.setattr(login_pages, "READ_SECONDS", 0.1)
    async with site() as browser:
        assert (await browser.post("/login", data=never())).status == 408


@pytest.mark.parametrize("kept", ["\udcff" * 43, '"' + "A" * 41 + '\\015\\012"', "A" * 42])
async def test_only_a_token_that_this_server_could_have_made_is_kept(
    site: OpenSite, kept: str
) -> None:
    async with site() as browser:
        raw = f"GET /login HTTP/1.1\r\nHost: x\r\nCookie: bashu-form={kept}\r\n\r\n"
        answer = await _raw(browser, raw.encode("utf-8", "surrogateescape"))
        assert answer.startswith("HTTP/1.1 200 ")
        assert re.search(r"Set-Cookie: bashu-form=[A-Za-z0-9_-]{43};", answer) is not None
        assert "A" * 41 not in answer


async def test_a_host_that_cannot_be_read_is_not_this_one(site: OpenSite) -> None:
    async with site() as browser:
        raw = "POST /login HTTP/1.1\r\nHost: [::1\r\nOrigin: x\r\nContent-Length: 0\r\n\r\n"
        assert (await _raw(browser, raw.encode())).startswith("HTTP/1.1 403 ")


async def _raw(browser: Browser, request: bytes) -> str:
    """Send what no client library would, and return the answer's head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", browser.port)
    try:
        writer.write(request)
        async with asyncio.timeout(DEADLINE_SECONDS):
            return (await reader.readuntil(b"\r\n\r\n")).decode()
    finally:
        writer.close()
        await writer.wait_closed()


async def test_another_sites_form_takes_no_cookie_away(site: OpenSite) -> None:
    """A browser sends no cookie with it, but would follow an answer that deletes one."""
    async with site() as browser:
        headers = {"Origin": "https://evil.example"}
        answer = await browser.post("/logout", headers=headers, allow_redirects=False)
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers
        # One's own stale page still comes back to the form.
        headers = {"Origin": origin(browser)}
        answer = await browser.post("/logout", headers=headers, allow_redirects=False)
        assert answer.headers["Location"] == "/login"


async def test_what_a_person_typed_is_text_and_no_markup(site: OpenSite) -> None:
    async with site() as browser:
        page = await (await log_in(browser, '"><script>alert(1)</script>', "x")).text()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("accepted", "word"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "密码"),
        ("en-US,en;q=0.9,zh;q=0.3", "Password"),
        ("fr", "Password"),
        ("en;q=0.2, zh;q=0.7", "密码"),
        ("", "Password"),
    ],
)
async def test_the_page_speaks_the_browsers_language(
    site: OpenSite, accepted: str, word: str
) -> None:
    async with site() as browser:
        page = await browser.get("/login", headers={"Accept-Language": accepted})
        assert word in await page.text()


async def test_the_other_language_can_be_chosen_and_is_remembered(site: OpenSite) -> None:
    async with site() as browser:
        english = {"Accept-Language": "en"}
        assert 'lang="zh-CN"' in await (await browser.get("/login?lang=zh", headers=english)).text()
        assert "密码" in await (await browser.get("/login", headers=english)).text()
