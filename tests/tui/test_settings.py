"""Settings: strict reading, whole writing, the user's comments kept."""

import re
from pathlib import Path

import pytest

from bashu_tui.i18n import Texts
from bashu_tui.locations import data_folder, settings_file
from bashu_tui.settings import Settings, SettingsError, load, save
from bashu_tui.state.preferences import Preferences


def test_without_a_file_everything_is_as_usual(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Settings()


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    chosen = Settings(
        language="zh", theme="light", quantity_presets=(10, 20), keys={"order.buy": ("f6", "7")}
    )
    save(tmp_path / "deep" / "terminal.toml", chosen)
    assert load(tmp_path / "deep" / "terminal.toml") == chosen


def test_comments_are_kept_and_the_usual_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text('# my desk\ntheme = "light"  # bright room\nbell = false\n', "utf-8")
    save(file, Settings(theme="light"))
    assert file.read_text("utf-8") == '# my desk\ntheme = "light"  # bright room\n'


def test_only_the_lines_of_keys_that_change_are_written(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(
        '# mine\n[keys]  # of the desk\n# left hand\n"order.buy" = ["f6"]  # thumb\n'
        '"order.sell" = ["f7"]\nsymbol.next = ["f12"]\n',
        "utf-8",
    )
    stored = load(file)
    assert stored.keys["symbol.next"] == ("f12",)
    keys = {"order.buy": ("f6",), "symbol.next": ("f11",)}
    save(file, Settings(keys=keys))
    written = file.read_text("utf-8")
    assert written.startswith("# mine\n[keys]  # of the desk\n# left hand\n")
    assert '"order.buy" = ["f6"]  # thumb' in written
    assert "order.sell" not in written
    assert load(file).keys == keys


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theme = "blue"', 'theme: "blue" is not possible. Possible: dark, light'),
        ("colour = 1", "colour: there is no such setting."),
        ("quantity_preset = [1]", "quantity_presets is meant?"),
        ("bell = ?", "is not TOML at line 1, column 8"),
        ("one_click_max_qty = 0", "one_click_max_qty: 0 is not possible"),
        ('entry_mode = "one_click"', "Possible: view, armed"),
        ("quantity_presets = []", "quantity_presets: [] is not possible"),
        ("keys = 3", "keys: 3 is not possible"),
        ('[keys]\n"order.buy" = "f6"', 'Possible: ["f6", "7"]'),
    ],
)
def test_what_is_not_understood_is_refused_with_the_files_name(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert str(file) in str(refused.value)
    assert said in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text('theme = "blue"\ncolour = 1\nbell = 3\n', "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert len(str(refused.value).split("\n")) == 4
    assert "\u8bbe\u7f6e" in refused.value.say(Texts("zh"))


def test_what_was_chosen_holds_and_outdoes_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "terminal.toml"
    preferences = Preferences(load(file), path=file, overridden={"theme": "ansi"})
    preferences.choose(bell=False)
    assert preferences.now == Settings(theme="ansi", bell=False)
    assert load(file) == Settings(bell=False)
    preferences.choose(theme="light")
    assert preferences.now == load(file) == Settings(theme="light", bell=False)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(SettingsError, match="cannot be written"):
        save(tmp_path / "file" / "terminal.toml", Settings(theme="light"))


def test_the_places_follow_the_xdg_directories(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings_file() == tmp_path / "c" / "bashu" / "terminal.toml"
    assert data_folder() == tmp_path / ".local/share" / "bashu"


def test_the_page_explains_every_setting() -> None:
    page = (Path(__file__).parents[2] / "docs" / "terminal.md").read_text("utf-8")
    section = page.partition("## Settings")[2].partition("\n## ")[0]
    explained = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert explained == list(Settings.__struct_fields__)
