"""Settings: strict reading, whole writing, the user's comments kept."""

from pathlib import Path

import pytest

from bashu_tui.locations import data_folder, settings_file
from bashu_tui.settings import Settings, SettingsError, load, save


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


@pytest.mark.parametrize(
    "text", ['theme = "blue"', "colour = 1", "bell = ", "one_click_max_qty = 0",
             'entry_mode = "one_click"', "quantity_presets = []"]
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_the_files_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "terminal.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"terminal\.toml"):
        load(file)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(SettingsError, match="Cannot write"):
        save(tmp_path / "file" / "terminal.toml", Settings(theme="light"))


def test_the_places_follow_the_xdg_directories(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings_file() == tmp_path / "c" / "bashu" / "terminal.toml"
    assert data_folder() == tmp_path / ".local/share" / "bashu"
