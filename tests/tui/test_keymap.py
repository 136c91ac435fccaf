"""The key registry keeps its promises, and a person's own keys are taken or refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tui import keymap
from tui.keymap import ACTION_OF, ACTIONS, INPUT_KEYS, NEVER_KEYS, PLACES


@pytest.fixture(autouse=True)
def delivered_keys(tmp_path: Path) -> Iterator[None]:
    keymap.load_own_keys(tmp_path / "none.toml")
    yield
    keymap.load_own_keys(tmp_path / "none.toml")


@pytest.mark.parametrize("screen", PLACES)
def test_no_two_actions_of_a_screen_share_a_key(screen: str) -> None:
    held: dict[str, str] = {}
    for action in keymap.actions_on(screen):
        for key in action.keys:
            assert key not in held, f"{key} does {held[key]} and {action.id}"
            held[key] = action.id


def test_keys_that_terminals_confuse_are_never_bound() -> None:
    assert not [action.id for action in ACTIONS if NEVER_KEYS & set(action.keys)]


def test_an_input_keeps_its_own_keys_except_in_the_order_lines() -> None:
    taken = {action.id: action.bound_in for action in ACTIONS if INPUT_KEYS & set(action.keys)}
    assert taken == {"order.double_line": "order.lines"}


def test_every_function_key_has_another_way() -> None:
    reached_by_digit = {action.id for _digit, action in keymap.go_to_choices()}
    for action in ACTIONS:
        if any(keymap.shown_key(key).startswith("F") for key in action.keys):
            has_chord = any(key.startswith("ctrl+") for key in action.keys)
            assert has_chord or action.id in reached_by_digit, action.id


def test_ids_are_unique_and_name_a_screen_and_a_deed() -> None:
    assert len(ACTION_OF) == len(ACTIONS)
    for action in ACTIONS:
        assert action.bound_in in PLACES
        assert action.verb.isidentifier()


@pytest.mark.parametrize("screen", PLACES)
def test_the_foot_shows_at_most_seven_keys(screen: str) -> None:
    shown = [action for action in keymap.actions_on(screen) if action.footer]
    assert len(shown) <= keymap.FOOTER_KEYS


def test_a_key_carried_by_the_list_is_shown_once() -> None:
    ids = [action.id for action in keymap.actions_on("customers")]
    assert "customers.open_archive" in ids
    assert "list.choose_row" not in ids
    assert not [each for each in keymap.bindings("customers") if each.key == "enter"]


def test_own_keys_are_taken(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[keys]\n"customers.new_order" = "ctrl+f"\n"list.choose_row" = ["enter", "i"]\n')
    assert keymap.load_own_keys(settings) == []
    assert keymap.keys_of(ACTION_OF["customers.new_order"]) == ("ctrl+f",)
    assert keymap.short_key(ACTION_OF["customers.new_order"]) == "^f"
    assert keymap.keys_of(ACTION_OF["customers.open_archive"]) == ("enter", "i")
    assert keymap.textual_keymap() == {"customers.new_order": "ctrl+f", "list.choose_row": "enter,i"}


def test_two_actions_can_exchange_their_keys(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[keys]\n"customers.new_order" = "c"\n"customers.log_contact" = "n"\n')
    assert keymap.load_own_keys(settings) == []
    assert keymap.keys_of(ACTION_OF["customers.log_contact"]) == ("n",)


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ('"customers.fly" = "x"', "customers.fly"),
        ('"customers.new_order" = "ctrl+m"', "ctrl+m"),
        ('"customers.new_order" = "ctrl+a"', "ctrl+a"),
        ('"customers.new_order" = "c"', "customers.log_contact"),
        ('"list.copy_row" = "n"', "today.new_order"),
        ('"customers.new_order" = 3', "customers.new_order"),
        ('"customers.new_order" = "a,b"', "customers.new_order"),
        ('"customers.new_order" = []', "customers.new_order"),
    ],
)
def test_an_own_key_that_cannot_be_is_told_in_one_sentence(tmp_path: Path, entry: str, named: str) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f"[keys]\n{entry}\n")
    [warning] = keymap.load_own_keys(settings)
    assert named in warning
    assert warning.endswith(".")
    assert keymap.textual_keymap() == {}


def test_a_settings_file_that_cannot_be_read_leaves_the_delivered_keys(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[keys\n")
    [warning] = keymap.load_own_keys(settings)
    assert str(settings) in warning


def test_the_readme_table_has_every_action() -> None:
    table = keymap.readme_table()
    assert len(table.splitlines()) == len(ACTIONS) + 2
    assert "| Everywhere | `F2` `1` | Today |" in table


@pytest.mark.parametrize("place", PLACES)
def test_every_place_binds_something(place: str) -> None:
    assert keymap.bindings(place)


def test_the_readme_shows_the_keys_of_the_registry() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert keymap.readme_table() in readme, "run `python -m tui.keymap` and put its table into the README"
