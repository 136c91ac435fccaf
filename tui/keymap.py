"""Every action a person can take by key: the one registry.

Screens bind their keys from here, and the help, the foot of the screen, the palette and the README's
key table are made from it. `python -m tui.keymap` prints that table.

Letters act only in lists, because an input takes every printable key; inside inputs ctrl and function
keys act. ctrl+h, ctrl+i and ctrl+m are never bound: terminals send them for backspace, tab and enter.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from textual.binding import Binding

from tui.locale import N_, _

BY_TEXTUAL = "textual"
"""Carries out an action whose key Textual already binds."""


@dataclass(frozen=True)
class Action:
    """Something a person can do by key.

    Args:
        id: `screen.verb_noun`; the method that does it is `action_verb_noun`.
        keys: Textual key names; the first is the one shown.
        label: Marked text, lower case, three words at most: it stands in the foot of the screen.
        place: The place that binds the keys; without one, the screen in the id.
        footer: Shown in the foot of the screen.
        short: Marked text, the label there where the label itself would crowd others out at 80 columns.
        priority: Acts before a focused input can take the key.
        carried_by: The action whose key brings this about (a list's Enter); it binds no key itself.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    place: str = ""
    footer: bool = False
    short: str = ""
    priority: bool = False
    carried_by: str = ""

    @property
    def screen(self) -> str:
        """The part of the id that names the screen."""
        return self.id.partition(".")[0]

    @property
    def verb(self) -> str:
        """The part of the id that names the deed."""
        return self.id.partition(".")[2]

    @property
    def foot_label(self) -> str:
        """The marked text in the foot of the screen."""
        return self.short or self.label

    @property
    def bound_in(self) -> str:
        """The place that binds the keys."""
        return self.place or self.screen


@dataclass(frozen=True)
class Place:
    """A screen, or a part that several screens share.

    Args:
        title: Marked text.
        holds: The shared parts in it.
        covers: While it is in use its keys come before those of everything else.
    """

    title: str
    holds: tuple[str, ...] = ()
    covers: bool = False


PLACES: Mapping[str, Place] = {
    "app": Place(N_("Everywhere")),
    "list": Place(N_("In a list")),
    "list.sorting": Place(N_("In a list")),
    "list.marks": Place(N_("In a list")),
    "pane": Place(N_("Panes and tabs")),
    "ask": Place(N_("In a question"), covers=True),
    "ask.more": Place(N_("In a question"), covers=True),
    "ask.choices": Place(N_("In a question"), holds=("ask.more",), covers=True),
    "form": Place(N_("In a form"), covers=True),
    "form.choice": Place(N_("In a form, on a choice"), covers=True),
    "form.likely": Place(N_("In the form of a new customer"), covers=True),
    "smart_input": Place(N_("In a search box"), covers=True),
    "help": Place(N_("In this help"), covers=True),
    "receipt": Place(N_("In a receipt"), covers=True),
    "receipt.bills": Place(N_("In a receipt, on the bills"), covers=True),
    "first_run": Place(N_("At the first start"), covers=True),
    "today": Place(N_("Today"), holds=("list", "list.sorting")),
    "customers": Place(N_("Customers"), holds=("list", "list.sorting", "list.marks")),
    "archive": Place(N_("Archive"), holds=("archive.analysis", "pane", "list")),
    "archive.analysis": Place(N_("Archive, on the analysis")),
    "archive_rows": Place(N_("Behind a customer's figure"), holds=("list", "list.sorting")),
    "archive.document": Place(N_("Archive, on a document"), covers=True),
    "archive.return_form": Place(N_("Archive, on a return"), covers=True),
    "order": Place(N_("Order"), holds=("order.lines",)),
    "order.lines": Place(N_("Order, in the lines")),
    "order.card": Place(N_("Order, on a held order"), covers=True),
    "order.aside": Place(N_("Order, among those put aside"), covers=True),
    "leaderboard": Place(N_("Leaderboard"), holds=("list", "list.sorting")),
    "inactive": Place(N_("Customers behind a rate"), holds=("list", "list.sorting")),
    "orders_behind": Place(N_("Orders behind a figure"), holds=("list", "list.sorting")),
    "money": Place(N_("Money"), holds=("pane", "list", "list.sorting", "list.marks")),
    "analysis": Place(N_("Analysis"), holds=("pane", "list", "list.sorting")),
    "customers_behind": Place(N_("Customers behind a figure"), holds=("list", "list.sorting")),
    "definition": Place(N_("On a definition"), covers=True),
    "office": Place(N_("Office"), holds=("pane", "list", "list.sorting", "list.marks")),
    "exchange": Place(N_("Sync"), holds=("list", "list.sorting")),
}

ACTIONS: tuple[Action, ...] = (
    Action("app.open_today", ("f2", "1"), N_("Today")),
    Action("app.open_customers", ("f3", "2"), N_("Customers")),
    Action("app.open_archive", ("f4", "3"), N_("Archive")),
    Action("app.open_order", ("f5", "4"), N_("Order")),
    Action("app.open_leaderboard", ("f6", "5"), N_("Leaderboard")),
    Action("app.open_money", ("f7", "6"), N_("Money")),
    Action("app.open_analysis", ("f8", "7"), N_("Analysis")),
    Action("app.open_office", ("f9", "8"), N_("Office")),
    Action("app.open_sync", ("ctrl+y",), N_("Sync")),
    Action("app.sync_now", ("R",), N_("sync now")),
    Action("app.go_to", ("ctrl+g",), N_("go to a screen")),
    Action("app.open_palette", ("ctrl+p",), N_("find anything"), footer=True, short=N_("find")),
    # A terminal sends ctrl+/ as ctrl+underscore unless it speaks the Kitty protocol.
    Action("app.show_help", ("f1", "?", "ctrl+slash", "ctrl+underscore"), N_("help"), footer=True),
    Action("app.undo_last", ("ctrl+z",), N_("undo")),
    Action("app.go_back", ("escape",), N_("clear, then back")),
    Action("app.quit", ("ctrl+q",), N_("quit"), priority=True),
    Action("list.move_down", ("down", "j"), N_("down")),
    Action("list.move_up", ("up", "k"), N_("up")),
    Action("list.page_down", ("pagedown",), N_("page down")),
    Action("list.page_up", ("pageup",), N_("page up")),
    Action("list.move_top", ("<", "home"), N_("to the top")),
    Action("list.move_bottom", (">", "end"), N_("to the end")),
    Action("list.choose_row", ("enter",), N_("open")),
    Action("list.filter_rows", ("/",), N_("filter"), footer=True),
    Action("list.copy_row", ("y",), N_("copy the row")),
    Action("list.copy_first", ("Y",), N_("copy its first cell")),
    Action("list.export_rows", ("e",), N_("export what is shown")),
    Action("list.sort_next", ("s",), N_("sort by next column"), place="list.sorting"),
    Action("list.sort_reverse", ("S",), N_("reverse the order"), place="list.sorting"),
    Action("list.mark_row", ("space",), N_("mark"), place="list.marks"),
    Action("list.clear_marks", ("u",), N_("unmark all"), place="list.marks"),
    Action("pane.next_pane", ("tab",), N_("next pane"), carried_by=BY_TEXTUAL),
    Action("pane.previous_tab", ("[",), N_("previous tab")),
    Action("pane.next_tab", ("]",), N_("next tab"), footer=True),
    Action("pane.widen_pane", ("+",), N_("widen the pane")),
    Action("ask.agree", ("enter", "y"), N_("yes")),
    Action("ask.decline", ("escape", "n"), N_("no")),
    Action("ask.give_up", ("escape",), N_("leave it"), place="ask.more"),
    Action("ask.next_choice", ("j",), N_("down"), place="ask.choices"),
    Action("ask.previous_choice", ("k",), N_("up"), place="ask.choices"),
    Action("first_run.open_sample", ("1",), N_("sample company")),
    Action("first_run.start_company", ("2",), N_("start a company")),
    Action("first_run.import_files", ("3",), N_("import files")),
    Action("first_run.join_office", ("4",), N_("join a company's server")),
    Action("first_run.quit_huoke", ("q", "escape"), N_("quit")),
    Action("form.record_entry", ("f10", "ctrl+j"), N_("record")),
    Action("form.leave_entry", ("escape",), N_("leave it")),
    Action("form.accept_field", ("enter",), N_("next field")),
    Action("form.next_field", ("down",), N_("next field")),
    Action("form.previous_field", ("up",), N_("field above")),
    Action("form.next_option", ("right", "space"), N_("next choice"), place="form.choice"),
    Action("form.previous_option", ("left",), N_("choice before"), place="form.choice"),
    Action("form.open_likely", ("ctrl+o",), N_("take the one there"), place="form.likely"),
    Action("form.next_likely", ("ctrl+n",), N_("mark the next"), place="form.likely"),
    Action("receipt.go_to_bills", ("ctrl+b",), N_("name bills")),
    Action("receipt.name_bill", ("enter",), N_("name it"), place="receipt.bills"),
    Action("receipt.toggle_bill", ("space",), N_("name or not"), place="receipt.bills"),
    Action("receipt.next_bill", ("down", "j"), N_("down"), place="receipt.bills"),
    Action("receipt.previous_bill", ("up", "k"), N_("up"), place="receipt.bills"),
    Action("smart_input.next_suggestion", ("down",), N_("down")),
    Action("smart_input.previous_suggestion", ("up",), N_("up")),
    Action("smart_input.clear_text", ("escape",), N_("clear")),
    Action("help.close", ("escape", "enter", "f1", "?", "ctrl+slash", "ctrl+underscore"), N_("back")),
    Action("today.open_subject", ("enter",), N_("open"), carried_by="list.choose_row"),
    Action("today.new_order", ("n",), N_("new order"), footer=True),
    Action("today.log_contact", ("c",), N_("log a contact"), footer=True, short=N_("contact")),
    Action("today.record_receipt", ("r",), N_("record a receipt"), footer=True, short=N_("receipt")),
    Action("today.put_off", ("z",), N_("not today"), footer=True),
    Action("today.take_up_again", ("Z",), N_("take up what was put off")),
    Action("today.show_all", ("o",), N_("mine or everybody's")),
    Action("today.explain", ("d",), N_("what it means"), short=N_("meaning")),
    Action(
        "customers.open_archive",
        ("enter",),
        N_("open the archive"),
        footer=True,
        short=N_("open"),
        carried_by="list.choose_row",
    ),
    Action("customers.new_order", ("n",), N_("new order"), footer=True),
    Action("customers.log_contact", ("c",), N_("log a contact"), footer=True, short=N_("contact")),
    Action("customers.record_receipt", ("r",), N_("record a receipt")),
    Action("customers.new_customer", ("N",), N_("new customer")),
    Action("customers.choose_filter", ("f",), N_("filter by"), footer=True),
    Action("customers.show_own", ("o",), N_("only mine")),
    Action("customers.assign_owner", ("a",), N_("assign")),
    Action("customers.claim_customers", ("t",), N_("take from the pool")),
    Action("customers.release_customers", ("T",), N_("give to the pool")),
    Action("archive.open_document", ("enter",), N_("details"), footer=True, carried_by="list.choose_row"),
    Action("archive.new_order", ("n",), N_("new order"), footer=True),
    Action("archive.log_contact", ("c",), N_("log a contact")),
    Action("archive.record_receipt", ("r",), N_("record a receipt")),
    Action("archive.edit_profile", ("m",), N_("change the profile")),
    Action("archive.change_terms", ("t",), N_("change the terms")),
    Action("archive.assign_owner", ("a",), N_("assign")),
    Action("archive.block_customer", ("b",), N_("blacklist or lift")),
    Action("archive.show_why", ("w",), N_("why it may not buy")),
    Action("archive.receive_cure", ("f",), N_("receive what frees it")),
    Action("archive.take_suggestion", ("u",), N_("take the suggestion")),
    Action("archive.return_goods", ("v",), N_("return goods")),
    Action("archive.cancel_document", ("x",), N_("cancel the document")),
    Action("archive.release_order", ("l",), N_("release the order")),
    Action("archive.print_slip", ("p",), N_("print the slip")),
    Action("archive.find_customer", ("/",), N_("customer"), footer=True, carried_by="list.filter_rows"),
    Action("archive.turn_preferred", ("g",), N_("products, brands, categories"), place="archive.analysis"),
    Action("archive_rows.open_row", ("enter",), N_("details"), footer=True, carried_by="list.choose_row"),
    Action("archive_rows.new_order", ("n",), N_("new order"), footer=True),
    Action("archive.close_document", ("escape", "enter"), N_("back"), place="archive.document"),
    Action("archive.take_back", ("ctrl+j", "f10"), N_("take the goods back"), place="archive.return_form"),
    Action("archive.leave_form", ("escape",), N_("leave it"), place="archive.return_form"),
    # Both come before the field, so that keys typed faster than an answer comes keep their order.
    Action("order.next_field", ("enter",), N_("next field"), priority=True),
    Action("order.confirm_order", ("f10", "ctrl+j"), N_("confirm"), footer=True, priority=True),
    Action("order.new_customer", ("ctrl+n",), N_("new customer")),
    Action("order.take_last_order", ("ctrl+l",), N_("last order"), footer=True),
    Action("order.take_usual_basket", ("ctrl+t",), N_("usual basket"), footer=True, short=N_("basket")),
    Action("order.put_aside", ("ctrl+s",), N_("put aside"), footer=True),
    Action("order.open_aside", ("ctrl+o",), N_("those put aside")),
    Action("order.pay_with_it", ("ctrl+f",), N_("paid with it")),
    Action("order.print_slip", ("ctrl+b",), N_("print the slip")),
    Action(
        "order.remove_line", ("ctrl+r",), N_("remove the line"), place="order.lines", footer=True, short=N_("remove")
    ),
    # An input deletes to the right with ctrl+d; in the lines doubling a line is worth more, and
    # `delete` still does the other.
    Action("order.double_line", ("ctrl+d",), N_("double the line"), place="order.lines", priority=True),
    Action("order.go_up", ("up",), N_("field above"), place="order.lines"),
    Action("order.go_down", ("down",), N_("line below"), place="order.lines"),
    Action("order.receive_to_release", ("r",), N_("receive to release"), place="order.card"),
    Action("order.release_order", ("f",), N_("release"), place="order.card"),
    Action("order.print_held", ("p",), N_("print the slip"), place="order.card"),
    Action("order.close_card", ("escape",), N_("next order"), place="order.card"),
    Action("order.drop_draft", ("delete",), N_("drop the draft"), place="order.aside"),
    Action("order.print_quote", ("p",), N_("print the quote"), place="order.aside"),
    Action(
        "leaderboard.open_rows",
        ("enter",),
        N_("rows behind it"),
        footer=True,
        short=N_("rows"),
        carried_by="list.choose_row",
    ),
    Action("leaderboard.turn_face", ("f",), N_("performance"), footer=True),
    Action("leaderboard.show_lost", ("l",), N_("lost orders"), footer=True, short=N_("losses")),
    Action("leaderboard.previous_month", ("[",), N_("month before"), footer=True),
    Action("leaderboard.next_month", ("]",), N_("month after")),
    Action("leaderboard.show_this_month", ("t",), N_("this month")),
    Action("leaderboard.show_chart", ("c",), N_("twelve months")),
    Action("leaderboard.toggle_blacklisted", ("b",), N_("without the blacklisted")),
    Action(
        "inactive.open_customer",
        ("enter",),
        N_("open the archive"),
        footer=True,
        short=N_("open"),
        carried_by="list.choose_row",
    ),
    Action("inactive.new_order", ("n",), N_("new order"), footer=True),
    Action("inactive.log_contact", ("c",), N_("log a contact"), footer=True, short=N_("contact")),
    Action("inactive.show_active", ("a",), N_("those that traded"), footer=True, short=N_("active ones")),
    Action(
        "orders_behind.open_customer", ("enter",), N_("open the archive"), footer=True, carried_by="list.choose_row"
    ),
    Action("orders_behind.new_order", ("n",), N_("new order"), footer=True),
    Action("money.open_document", ("enter",), N_("details"), carried_by="list.choose_row"),
    Action("money.record_receipts", ("n",), N_("record receipts"), footer=True, short=N_("receipts")),
    Action("money.receive_here", ("r",), N_("receive for this"), footer=True, short=N_("receive")),
    Action("money.give_discount", ("d",), N_("settlement discount")),
    Action("money.write_off", ("w",), N_("write off")),
    Action("money.give_back", ("b",), N_("give money back")),
    Action("money.reverse_receipt", ("x",), N_("reverse the receipt")),
    Action("money.enter_invoice", ("v",), N_("enter the invoice")),
    Action("money.write_statement", ("p",), N_("write the statement"), footer=True, short=N_("statement")),
    Action("money.open_archive", ("a",), N_("open the archive")),
    Action("analysis.open_rows", ("enter",), N_("rows behind it"), carried_by="list.choose_row"),
    Action("analysis.turn_by", ("b",), N_("what to show"), footer=True, short=N_("show")),
    Action("analysis.choose_period", ("p",), N_("choose the period"), footer=True, short=N_("period")),
    Action("analysis.turn_chart", ("c",), N_("chart or numbers"), footer=True, short=N_("chart")),
    Action("analysis.explain", ("d",), N_("what it means"), short=N_("meaning")),
    Action("analysis.change_terms", ("t",), N_("try other terms"), short=N_("terms")),
    Action("analysis.open_archive", ("a",), N_("open the archive"), short=N_("archive")),
    Action(
        "customers_behind.open_customer",
        ("enter",),
        N_("open the archive"),
        footer=True,
        short=N_("open"),
        carried_by="list.choose_row",
    ),
    Action("customers_behind.new_order", ("n",), N_("new order"), footer=True),
    Action("definition.close_card", ("escape", "enter", "d"), N_("back")),
    Action("office.open_row", ("enter",), N_("open or change"), carried_by="list.choose_row"),
    Action("office.release_orders", ("l",), N_("release"), footer=True),
    Action("office.reject_orders", ("x",), N_("reject"), footer=True),
    Action("office.open_archive", ("a",), N_("open the archive"), footer=True, short=N_("archive")),
    Action("office.assign_customers", ("g",), N_("assign")),
    Action("office.choose_shown", ("f",), N_("show others")),
    Action("office.return_quiet", ("v",), N_("return to the pool"), short=N_("return now")),
    Action("office.merge_customers", ("b",), N_("merge the two")),
    # `k` moves up in every list.
    Action("office.keep_apart", ("K",), N_("keep both")),
    Action("office.take_wanted", ("t",), N_("take the wish")),
    Action("office.new_entry", ("n",), N_("make a new one")),
    Action("office.change_row", ("m",), N_("change the row")),
    Action("office.end_limit", ("d",), N_("end the limit")),
    Action("office.apply_terms", ("p",), N_("apply the suggestion"), short=N_("apply")),
    Action("office.close_month", ("c",), N_("close the month")),
    Action("office.see_off", ("o",), N_("leaves the company"), short=N_("leaves")),
    Action("office.toggle_work", ("w",), N_("at work or not")),
    Action("exchange.sync_again", ("R",), N_("sync now"), footer=True, carried_by="app.sync_now"),
    Action("exchange.stop_syncing", ("c",), N_("stop syncing")),
    Action("exchange.open_subject", ("enter",), N_("open what it is about"), carried_by="list.choose_row"),
    Action("exchange.take_mine", ("t",), N_("take mine"), footer=True),
    # `k` moves up in every list.
    Action("exchange.keep_theirs", ("K",), N_("keep theirs"), footer=True),
    Action("exchange.mark_seen", ("x",), N_("mark as seen"), footer=True, short=N_("seen")),
)

ACTION_OF: Mapping[str, Action] = {action.id: action for action in ACTIONS}

NEVER_KEYS = frozenset({"ctrl+h", "ctrl+i", "ctrl+m"})
INPUT_KEYS = frozenset(f"ctrl+{letter}" for letter in "acdekuvwx")
"""What an input does itself; taken from it only where the registry says priority."""

SHOWN_KEYS: Mapping[str, str] = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "ctrl+slash": "ctrl+/",
    "ctrl+underscore": "",
}
FOOTER_KEYS = 7
"""At most this many keys stand in the foot of a screen, so that they fit 80 columns."""

_remap: dict[str, tuple[str, ...]] = {}

# What a screen needs ---------------------------------------------------------------------------


def bindings(place: str) -> list[Binding]:
    """The bindings of a place, as the registry has them; Textual's keymap lays a person's own over them."""
    found = [
        Binding(
            ",".join(action.keys),
            action.verb,
            action.label,
            show=action.footer,
            priority=action.priority,
            id=action.id,
        )
        for action in ACTIONS
        if action.bound_in == place and not action.carried_by
    ]
    if PLACES[place].covers and place != "help":
        # What covers the desk keeps the app's keys from acting; the help is wanted there as much.
        found.append(Binding(ACTION_OF["app.show_help"].keys[0], "app.show_help", show=False))
    return found


def places_on(screen: str) -> tuple[str, ...]:
    """The places whose keys act on a screen, its own first."""
    place = PLACES[screen]
    everywhere = () if place.covers or screen == "app" else ("app",)
    return (screen, *place.holds, *everywhere)


def actions_in(place: str) -> list[Action]:
    """The actions whose keys a place binds."""
    return [action for action in ACTIONS if action.bound_in == place]


def actions_on(screen: str) -> list[Action]:
    """Every action of a screen, its own first, then those of the shared parts, then everywhere's."""
    found = [action for place in places_on(screen) for action in actions_in(place)]
    carried = {action.carried_by for action in found}
    return [action for action in found if action.id not in carried]


def footer_actions(screen: str) -> list[Action]:
    """The few actions shown in the foot of a screen."""
    return [action for action in actions_on(screen) if action.footer][:FOOTER_KEYS]


def go_to_choices() -> list[tuple[str, Action]]:
    """The digit and the action of each screen, for the ways there that need no function key."""
    return [(key, action) for action in ACTIONS for key in action.keys if action.screen == "app" and key.isdigit()]


def keys_of(action: Action) -> tuple[str, ...]:
    """The keys that do it now, a person's own if they chose some."""
    if action.carried_by in ACTION_OF:
        return keys_of(ACTION_OF[action.carried_by])
    return _remap.get(action.id, action.keys)


def shown_key(key: str) -> str:
    """A key as a person reads it; empty for a key that only stands for another."""
    if key in SHOWN_KEYS:
        return SHOWN_KEYS[key]
    return key.upper() if len(key) in (2, 3) and key[0] == "f" and key[1:].isdigit() else key


def shown_keys(action: Action) -> str:
    """All keys of an action as a person reads them."""
    return " ".join(shown for key in keys_of(action) if (shown := shown_key(key)))


def short_key(action: Action) -> str:
    """The first key of an action as the foot of the screen writes it: ctrl+p as ^p."""
    return shown_key(keys_of(action)[0]).replace("ctrl+", "^")


# A person's own keys ---------------------------------------------------------------------------


def settings_path() -> Path:
    """The settings file of this person on this machine."""
    from platformdirs import user_config_path

    return user_config_path("huoke", appauthor=False) / "settings.toml"


def load_own_keys(path: Path) -> list[str]:
    """Take a person's own keys from the settings file's `keys` table.

    Returns:
        A sentence for each entry that was left out and why; the other entries count.
    """
    _remap.clear()
    if not path.exists():
        return []
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("keys", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [_("The settings file {path} cannot be read: {reason}.").format(path=path, reason=error)]
    if not isinstance(table, dict):
        return [_("In the settings file, keys must be a table like [keys].")]
    warnings = []
    for action_id, value in table.items():
        keys = (value,) if isinstance(value, str) else value
        if reason := _fault_of(action_id, keys):
            warnings.append(reason)
        else:
            _remap[action_id] = tuple(keys)
    # Only when all are taken is it known what clashes: two actions may have exchanged their keys.
    while clash := _first_clash():
        action_id, key, other = clash
        del _remap[action_id]
        warnings.append(
            _("{key} cannot be given to {action}: it already means {other}.").format(
                key=key, action=action_id, other=other.id
            )
        )
    return warnings


def _fault_of(action_id: str, keys: object) -> str:
    """Why an entry of the keys table cannot be read; empty when it can."""
    action = ACTION_OF.get(action_id)
    if action is None or action.carried_by:
        return _("The settings file gives keys to {action}, which is no action.").format(action=action_id)
    if not isinstance(keys, list | tuple) or not keys or not all(_is_key(key) for key in keys):
        return _("The keys of {action} in the settings file are not key names like ctrl+g.").format(action=action_id)
    for key in keys:
        if key in NEVER_KEYS or (key in INPUT_KEYS and key not in action.keys):
            return _("{key} cannot be given to {action}: terminals or inputs need it.").format(
                key=key, action=action_id
            )
    return ""


def _first_clash() -> tuple[str, str, Action] | None:
    """The last given own key that another action of the same screen holds, with that action."""
    for action_id, keys in reversed(_remap.items()):
        for key in keys:
            if other := _holder_of(key, ACTION_OF[action_id]):
                return action_id, key, other
    return None


def _is_key(key: object) -> bool:
    return isinstance(key, str) and bool(key) and key.isprintable() and not set(key) & {",", " "}


def _holder_of(key: str, action: Action) -> Action | None:
    """Another action that the key already does on a screen where this action can be done."""
    for screen in PLACES:
        here = actions_on(screen) if action.bound_in in places_on(screen) else []
        for other in here:
            if other.id != action.id and other.carried_by != action.id and key in keys_of(other):
                return other
    return None


def textual_keymap() -> dict[str, str]:
    """A person's own keys in the form of `App.set_keymap`."""
    return {action_id: ",".join(keys) for action_id, keys in _remap.items()}


# The README's table ----------------------------------------------------------------------------


def readme_table() -> str:
    """The key table of the README, in English, from the registry as delivered."""
    lines = ["| where | key | does |", "| --- | --- | --- |"]
    last_title = ""
    for place, title in ((place, PLACES[place].title) for place in PLACES):
        for action in ACTIONS:
            if action.bound_in == place:
                keys = " ".join(f"`{shown}`" for key in action.keys if (shown := shown_key(key)))
                lines.append(f"| {title if title != last_title else ''} | {keys} | {action.label} |")
                last_title = title
    return "\n".join(lines)


if __name__ == "__main__":
    print(readme_table())
