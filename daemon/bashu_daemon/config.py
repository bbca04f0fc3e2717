"""Settings of `bashu serve`: a TOML file, overridden by options of the command."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from bashu_daemon.errors import OperatorError
from bashu_daemon.schedule.modes import SessionsMode
from bashu_protocol.messages import Encoding, Environment

RULEBOOKS = Path(__file__).parent / "rulebooks"


class ConfigError(OperatorError):
    """A setting is wrong; the sentence says which, where, and what would be right."""


class Broker(Struct, frozen=True):
    """Where the bus is: `embedded`, or a broker of its own."""

    embedded: bool
    host: str
    port: int


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `bashu serve` needs to know."""

    data_dir: Path = Path("bashu-data")
    broker: str = "embedded"
    """`embedded`, or `mqtt://host[:port]`."""
    listen_host: str = "127.0.0.1"
    """Address of the embedded broker."""
    listen_port: Annotated[int, Meta(ge=0, le=65_535)] = 1883
    """Port of the embedded broker; 0 takes a free one."""
    rulebook: Path = RULEBOOKS / "bashu.toml"
    members: Path = RULEBOOKS / "demo_members.toml"
    """Members, users and opening balances, booked when they are not in the journal yet."""
    sessions: SessionsMode = "all_day"
    """`all_day` trades from midnight to midnight in Shanghai; `calendar` on the trading days and
    at the hours of the rulebook; `demo` in days of minutes; `manual` waits for the registrar."""
    public_encoding: Encoding = "json"
    """Encoding of market data, notices, alerts and status."""
    environment: Environment = "test"
    """What this venue is for; terminals show it, and show `production` unlike the others."""
    market_data_interval_ms: Annotated[int, Meta(ge=1, le=10_000)] = 50
    commands_per_second: Annotated[int, Meta(ge=0, le=10_000_000)] = 5_000
    """What one user may send, with a burst of one second's worth; 0 sets no limit."""
    mqtt_client: Literal["mqtt5", "aiomqtt"] = "mqtt5"
    """How the venue speaks to an outside broker; `aiomqtt` for one that knows no MQTT 5."""
    metrics_port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    """Port on `listen_host` that answers Prometheus; 0 for none."""
    snapshot_every: Annotated[int, Meta(ge=1)] = 1_000_000
    """Commands between two snapshots of the state, which a process beside the venue makes."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


def load_config(path: Path) -> Config:
    """Read a configuration file; relative paths in it are relative to the file.

    Raises:
        ConfigError: with one sentence for the operator.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error.strerror}.") from error
    try:
        config = msgspec.toml.decode(text, type=Config, dec_hook=_decode_path)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ConfigError(f"The configuration {path} is wrong: {error}.") from error
    base = path.resolve().parent
    return msgspec.structs.replace(
        config,
        data_dir=base / config.data_dir,
        rulebook=base / config.rulebook,
        members=base / config.members,
    )


def _decode_path(wanted: type, value: object) -> Path:
    if wanted is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"{value!r} is not a path")


def parse_broker(text: str, config: Config) -> Broker:
    """Understand a broker setting.

    Raises:
        ConfigError: if it is neither `embedded` nor an `mqtt://` address.
    """
    if text == "embedded":
        return Broker(embedded=True, host=config.listen_host, port=config.listen_port)
    wrong = f"The broker {text!r} is neither `embedded` nor an address like mqtt://host:1883."
    try:
        parts = urlsplit(text)
        port = parts.port or 1883
    except ValueError as error:
        raise ConfigError(wrong) from error
    if parts.scheme != "mqtt" or not parts.hostname or parts.path not in ("", "/"):
        raise ConfigError(wrong)
    return Broker(embedded=False, host=parts.hostname, port=port)
