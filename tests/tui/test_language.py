"""Everything a person reads is there in Chinese and in English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.errors import N_, InputError
from tui import locale
from tui.locale import catalogue, language_of_environment, translate_error

TUI = Path(locale.__file__).parent.parent

TEXT_FIRST = {
    "Static",
    "Label",
    "Button",
    "Checkbox",
    "RadioButton",
    "TabPane",
    "Tab",
    "Collapsible",
    "notify",
}
"""Calls whose first argument a person reads."""
TEXT_NAMED = {
    "placeholder",
    "title",
    "empty_text",
    "border_title",
    "border_subtitle",
    "tooltip",
    "description",
}
"""Arguments that a person reads, whatever is called."""


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    locale.use("en")


def test_nothing_is_untranslated_and_the_catalogue_is_fresh() -> None:
    assert catalogue.faults() == []


TERMS_FROM_MONTH_END = {
    "month's end", "the days count from the end of the order's month", "{days} days from month end",
}  # fmt: skip
REST_OF_A_RECEIPT = {
    "Not allocated", "not allocated", "{count} movements, received {amount}, not allocated {waiting}",
}  # fmt: skip


@pytest.mark.parametrize(("word", "texts"), [("月结", TERMS_FROM_MONTH_END), ("未核销", REST_OF_A_RECEIPT)])
def test_a_trade_word_stands_for_one_thing(word: str, texts: set[str]) -> None:
    # A month is closed by 结账, 月结 is a term; what a customer has is 预收余额, 未核销 the rest of one receipt.
    chinese = catalogue.compiled(catalogue.po_path("zh_CN").with_suffix(".mo"))
    said = {msgid for msgid, msgstr in chinese.items() if word in msgstr.replace("个月结清", "")}
    assert said == texts


def test_the_language_follows_the_first_locale_variable_that_is_set() -> None:
    assert language_of_environment({"LANG": "zh_CN.UTF-8"}) == "zh"
    assert language_of_environment({"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}) == "en"
    assert language_of_environment({"LC_ALL": "", "LANG": "zh_TW"}) == "zh"
    assert language_of_environment({"LANG": "C.UTF-8"}) == "en"
    assert language_of_environment({}) == "en"


def test_a_text_changes_with_the_language() -> None:
    locale.use("zh")
    assert locale._("Customers") == "客户"
    assert locale._("") == ""
    locale.use("en")
    assert locale._("Customers") == "Customers"


def test_an_error_of_the_business_is_told_in_the_language_in_use() -> None:
    error = InputError(N_("“{value}” is not an amount: write it like 1234.50."), value="1,2.3")
    locale.use("zh")
    assert "1,2.3" in translate_error(error)
    assert "amount" not in translate_error(error)
    locale.use("en")
    assert translate_error(error) == str(error)


def test_marked_texts_and_errors_within_an_error_are_translated_too() -> None:
    inner = InputError(N_("“{value}” is not an amount: write it like 1234.50."), value="x")
    outer = InputError("{place}: {reason} ({names})", place="Customers", reason=inner, names=["Order", "联想"])
    locale.use("zh")
    assert translate_error(outer) == f"客户: {translate_error(inner)} (开单、联想)"


def test_a_catalogue_fault_names_the_text() -> None:
    assert catalogue.placeholders("{a} of {b}") == {"a", "b"}
    assert catalogue.placeholders("100 % {") == set()


def test_a_text_marked_within_another_is_in_the_catalogue_too() -> None:
    source = """f"1  {_('Quit')} {_(name)} {count:{N_('width')}}" + _("outside")"""
    assert set(catalogue.texts_within_texts(source)) == {"Quit", "width"}


def readable_literals(path: Path) -> Iterator[str]:
    """Places in a file where a text that a person reads is passed without being marked."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        read = [keyword.value for keyword in node.keywords if keyword.arg in TEXT_NAMED]
        read += node.args[:1] if called in TEXT_FIRST else []
        read += node.args[2:3] if called == "Binding" else []
        # argparse's texts are translated where its parser is built, like any others.
        for value in read:
            if any(
                isinstance(part, ast.Constant)
                and isinstance(part.value, str)
                and any(character.isalpha() for character in part.value)
                for part in literal_parts(value)
            ):
                yield f"{path.relative_to(TUI)}:{node.lineno}: {called}"


def literal_parts(value: ast.expr) -> Iterator[ast.expr]:
    """The literal text in an argument; what is passed through another call is not looked into."""
    if isinstance(value, ast.JoinedStr):
        yield from value.values
    elif isinstance(value, ast.BinOp):
        yield from literal_parts(value.left)
        yield from literal_parts(value.right)
    else:
        yield value


def test_no_widget_is_given_an_unmarked_text() -> None:
    found = [place for path in sorted(TUI.rglob("*.py")) for place in readable_literals(path)]
    assert found == []
