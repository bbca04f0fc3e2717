from pathlib import Path

import pytest

from bashu_daemon.config import Config, ConfigError, load_config, parse_broker


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bashu.toml"
    path.write_text('data_dir = "data"\nsnapshot_every = 5\n')
    config = load_config(path)
    assert config.data_dir == tmp_path / "data"
    assert config.snapshot_every == 5
    assert config.rulebook == Config().rulebook


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 1", "unknown field `colour`"),
        ("listen_port = 70000", "listen_port"),
        ("listen_port = 'x'", "listen_port"),
        ("= nothing", "bashu.toml is wrong"),
        ("sessions = 'weekly'", "sessions"),
        ("data_dir = 3", "data_dir"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bashu.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_config(path)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere.toml"):
        load_config(tmp_path / "nowhere.toml")


def test_broker_addresses() -> None:
    config = Config(listen_port=1900)
    assert parse_broker("embedded", config).port == 1900
    broker = parse_broker("mqtt://broker.example", config)
    assert (broker.embedded, broker.host, broker.port) == (False, "broker.example", 1883)
    assert parse_broker("mqtt://127.0.0.1:99", config).port == 99


@pytest.mark.parametrize("text", ["", "mosquitto", "http://x", "mqtt://", "mqtt://h:99999"])
def test_a_wrong_broker_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="mqtt://"):
        parse_broker(text, Config())
