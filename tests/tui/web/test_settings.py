"""The options of `bashu-tui --web`, and what they refuse."""

from pathlib import Path

import pytest

from bashu_tui.cli import main, read_arguments
from bashu_tui.web.settings import WebError, WebSettings, settings_of, warning_of


def read(*arguments: str) -> WebSettings:
    return settings_of(read_arguments(["--web", *arguments]))


def test_by_default_only_this_machine_is_served() -> None:
    settings = read()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert not settings.secure
    assert warning_of(settings) == ""


@pytest.mark.parametrize("listen", ["0.0.0.0:8000", "[::]:8000", "10.1.2.3:80", "venue.cn:80"])
def test_passwords_do_not_cross_a_network_in_the_clear_unasked(listen: str) -> None:
    with pytest.raises(WebError, match="--web-insecure"):
        read("--web-listen", listen)
    assert "readable" in warning_of(read("--web-listen", listen, "--web-insecure"))
    behind = read("--web-listen", listen, "--web-public-url", "https://bashu.example.cn")
    assert "readable" in warning_of(behind)


@pytest.mark.parametrize("listen", ["127.0.0.1:8000", "[::1]:0", "localhost:9000", "127.3.0.9:1"])
def test_the_loopback_address_needs_no_tls(listen: str) -> None:
    assert warning_of(read("--web-listen", listen)) == ""


def test_tls_makes_cookies_secure_and_needs_both_files() -> None:
    assert read("--web-cert", "c.pem", "--web-key", "k.pem", "--web-listen", "0.0.0.0:1").secure
    with pytest.raises(WebError, match="together"):
        read("--web-cert", "c.pem")


def test_a_proxys_address_makes_cookies_secure() -> None:
    settings = read("--web-public-url", "https://Bashu.example.cn:8443/")
    assert settings.secure
    assert settings.public_url == "https://bashu.example.cn:8443"


@pytest.mark.parametrize("listen", ["8000", "127.0.0.1", ":8000", "127.0.0.1:x", "a:70000", "a:１"])
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(WebError, match="HOST:PORT"):
        read("--web-listen", listen)


@pytest.mark.parametrize("url", ["ftp://a", "a.cn", "https://", "https://a/path", "https://a:x"])
def test_what_is_no_public_address_is_refused(url: str) -> None:
    with pytest.raises(WebError, match="--web-public-url"):
        read("--web-public-url", url)


def test_the_boards_password_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "public-password.txt"
    path.write_text("secret\n")
    settings = read("--board-password-file", str(path))
    assert (settings.public_password, settings.board) == ("secret", True)
    assert not read().board
    with pytest.raises(WebError, match="Cannot read"):
        read("--board-password-file", str(tmp_path / "none"))


def test_a_wrong_option_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--web", "--web-listen", "0.0.0.0:8000"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("bashu-tui: Listening on 0.0.0.0 without TLS")
    assert "Traceback" not in said


def test_operators_options_reach_every_terminal() -> None:
    settings = read("--theme", "light", "--market-colors", "green_up")
    assert settings.terminal_options == ("--market-colors", "green_up", "--theme", "light")
