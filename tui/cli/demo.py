"""`huoke demo`: the sample company, freshly made, and opened."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TypeAlias, get_args

from model.changes.company import SetSetting
from model.changes.recording import record
from model.errors import N_, HuokeError, Refused
from model.files.importing import import_generated
from model.former import Former
from model.kept_answers import is_worth_reading_ahead
from model.store import DATABASE_FILE, GENERATION_FILE, meta, set_meta
from sample_db.company import ROWS_EXPECTED, Size, generate
from tui.cli.desk import Desk
from tui.cli.output import ProgressLine
from tui.cli.parser import Parser, Verbs
from tui.locale import _

# Marks a store as a sample company, which may be made anew; its value is the size.
DEMO = "demo"
NAMED_FROM = date(2000, 1, 1)
# What a store leaves in its folder; anything else in there is not ours to take away.
STORE_FILES = ("store*.db*", "drafts.db*", GENERATION_FILE, "*.lock")
# told what is being made, how many are done, of how many
Progress: TypeAlias = Callable[[str, int, int | None], None]


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser("demo", parents=[common], help=_("open the sample company, freshly made"))
    parser.add_argument(
        "--size",
        choices=get_args(Size),
        default="small",
        help=_("600 customers and three years of trade, or 100,000 customers; without it, small"),
    )
    parser.add_argument("--no-open", action="store_true", help=_("only make it"))
    parser.set_defaults(run=_demo)


def _demo(arguments: Namespace, desk: Desk) -> int:
    folder = desk.folder if arguments.store_given else _own_folder(arguments.size)
    line = ProgressLine()
    try:
        make_sample(folder, arguments.size, desk.today, line.show)
        _read_figures(Desk(folder, "table", desk.today, desk.today), line.show)
    finally:
        line.clear()
    if arguments.no_open:
        print(_("The sample company is in {folder}: open it with “huoke --store {folder}”.").format(folder=folder))
        return 0
    from tui.app import run

    return run(folder)


def _read_figures(desk: Desk, progress: Progress) -> None:
    """Read what the analysis of a large sample is usually asked for, so that the first look at it is quick as well."""
    # The sample is made: where the figures cannot be kept, they are read when they are asked for.
    with suppress(HuokeError), desk.opened() as store:
        if not is_worth_reading_ahead():
            return
        from tui.app import read_figures

        read_figures(store, lambda done, count: progress(_("figures read"), done, count))


def _own_folder(size: Size) -> Path:
    import platformdirs

    return platformdirs.user_data_path("huoke-demo", appauthor=False) / size


def make_sample(folder: Path, size: Size, on: date, progress: Progress) -> None:
    """Make the sample company in a folder, in place of an earlier sample.

    Raises:
        Refused: the folder holds a company that is no sample.
        StoreError: the folder cannot be written, or its sample is open in a screen.
    """
    desk = Desk(folder, "table", on, on)
    if (folder / DATABASE_FILE).exists() or (folder / GENERATION_FILE).exists():
        _forget_sample(desk)

    def customers_made(made: int, of_all: int) -> None:
        progress(_("customers"), made, of_all)

    with desk.opened(create=True) as store:
        # Marked first: what a killed process leaves may then be made anew.
        set_meta(DEMO, size)
        with store.writing():
            import_generated(
                generate(on, size, on_customers_made=customers_made),
                on=on,
                # The files of the large one would double its store.
                keep=size == "small",
                progress=progress,
                expected=ROWS_EXPECTED[size],
            )
            record(SetSetting(name="company_name", from_date=NAMED_FROM, value=_("Sample company")), person=None, on=on)
            # Nobody did that here: an undo at the first key does not take the company's name away.
            Former.delete().execute()


def _forget_sample(desk: Desk) -> None:
    with desk.opened() as store:
        if not meta(DEMO):
            raise Refused(
                N_("{folder} holds a company that is not a sample: name another folder with --store."),
                folder=desk.folder,
            )
        with store.screen():
            pass
    for pattern in STORE_FILES:
        for path in desk.folder.glob(pattern):
            path.unlink()
