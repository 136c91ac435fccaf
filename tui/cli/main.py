"""The command `huoke`: every verb's name, its exit status, and the one place where an error becomes a sentence.

Exit status: 0 done; 1 refused by a business rule, or the store cannot be opened; 2 wrong use; 3 the server could not
be reached; 130 interrupted; 141 nobody reads the output any more.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass

from model.errors import N_, HuokeError, ImportRefused, InputError, UnreachableError
from tui import locale
from tui.cli import parser as command_line
from tui.cli.desk import Desk
from tui.cli.output import sentence, tell
from tui.cli.parser import WRONG_USE, Parser
from tui.clock import today
from tui.locale import _

DONE = 0
REFUSED = 1
UNREACHABLE = 3
INTERRUPTED = 130
NOBODY_READS = 141


@dataclass(frozen=True)
class Verb:
    """A verb: the module that reads and does it, imported only when it is the one asked for."""

    module: str
    help: str


VERBS: dict[str, Verb] = {
    "demo": Verb("tui.cli.demo", N_("open the sample company, freshly made")),
    "import": Verb("tui.cli.import_files", N_("read files or a folder of tables into the store, all or nothing")),
    "export": Verb("tui.cli.export_files", N_("write the tables as files that import reads back")),
    "order": Verb("tui.cli.order", N_("record an order, return goods, or decide about an order")),
    "receipt": Verb("tui.cli.receipt", N_("record money, or reverse it")),
    "customer": Verb("tui.cli.customer", N_("add, edit, assign, block a customer, or set its terms")),
    "find": Verb("tui.cli.find", N_("find customers and products as the screens do")),
    "report": Verb("tui.cli.report", N_("print a report")),
    "undo": Verb("tui.cli.undo", N_("take back the last thing done here that can be taken back")),
    "log": Verb("tui.cli.log", N_("list what was done last")),
    "me": Verb("tui.cli.me", N_("show or set who sits at this store")),
    "salesperson": Verb("tui.cli.salesperson", N_("add or list the people")),
    "product": Verb("tui.cli.product", N_("add a product, or set what it costs")),
    "rule": Verb("tui.cli.rule", N_("set whose an order is that another took")),
    "close": Verb("tui.cli.close", N_("close a month: its activity board is kept and never recomputed")),
    "target": Verb("tui.cli.target", N_("set or show what a salesperson is to reach in a month")),
    "setting": Verb("tui.cli.setting", N_("list or set the company's settings")),
    "backup": Verb("tui.cli.backup", N_("write a consistent copy of the store while it is in use")),
    "restore": Verb("tui.cli.restore", N_("put a backup back; the present store is kept aside")),
    "pin": Verb("tui.cli.pin", N_("encrypt the store under a PIN")),
    "check": Verb("tui.cli.check", N_("recompute every total from the documents and compare")),
    "join": Verb("tui.cli.join", N_("join a company's server")),
    "sync": Verb("tui.cli.sync", N_("exchange with the company's server")),
    "status": Verb("tui.cli.status", N_("show what is unsent, held and to be decided, and how old what is seen is")),
    "serve": Verb("tui.cli.serve", N_("run the company's server, which laptops exchange with")),
    "server": Verb("tui.cli.server", N_("look after the company's server: people, devices, import, backup, check")),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    _write_utf8()
    try:
        status = _run(words)
        sys.stdout.flush()
    except SystemExit as leaving:
        # argparse leaves by itself, after its help and after what it could not read.
        return leaving.code if isinstance(leaving.code, int) else DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # What is still buffered must not be written when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except HuokeError as error:
        return _told(error)
    except OSError as error:
        file, reason = str(error.filename or "huoke"), str(error.strerror or error)
        tell(sentence(HuokeError(N_("{file}: {reason}."), file=file, reason=reason)))
        return REFUSED
    return status


def _write_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(words: list[str]) -> int:
    language = command_line.language_in(words)
    locale.use(language)
    command_line.speak(locale.language())
    _refuse_other_encodings(words)
    # A word that is no verb goes to argparse, which names those there are.
    verb = command_line.verb_in(words)
    arguments = _parser(verb).parse_args(words)
    desk = _desk(arguments)
    if verb is None:
        return _open_app(desk)
    done: int = arguments.run(arguments, desk)
    return done


def _refuse_other_encodings(words: Sequence[str]) -> None:
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise InputError(N_("“{value}” is not UTF-8 text: set the terminal to UTF-8."), value=ascii(word)) from None


def _parser(verb: str | None) -> Parser:
    """The whole parser, but with the details of the one verb asked for."""
    common = command_line.common_options()
    top = Parser(
        prog="huoke",
        description=_("Customers, orders, credit and activity for a distributor. Without a command, the screens open."),
        epilog=_("HUOKE_TODAY=2026-03-31 in the environment makes that day today, for tests and demonstrations."),
        parents=[common],
    )
    verbs = top.add_subparsers(dest="verb", metavar=_("COMMAND"), title=_("commands"), parser_class=Parser)
    for name, known in VERBS.items():
        if name != verb:
            verbs.add_parser(name, help=_(known.help))
        elif name == "report":
            _add_report(verbs, common)
        else:
            importlib.import_module(known.module).add_parser(verbs, common)
    return top


def _add_report(verbs: command_line.Verbs, common: Parser) -> None:
    """The reports print by themselves and take a store in use."""
    from tui.cli.report import add_report_parser, run_report

    def run(arguments: Namespace, desk: Desk) -> int:
        with desk.opened() as store:
            return run_report(arguments, store)

    add_report_parser(verbs, common)
    verbs.choices["report"].set_defaults(run=run)


def _desk(arguments: Namespace) -> Desk:
    """The common options, those left out filled in; the namespace holds them too, for the reports."""
    arguments.today = today()
    if "store" not in arguments:
        import platformdirs

        arguments.store = platformdirs.user_data_path("huoke", appauthor=False)
        arguments.store_given = False
    else:
        arguments.store_given = True
    arguments.store = arguments.store.expanduser()
    arguments.as_of = getattr(arguments, "as_of", arguments.today)
    arguments.format = getattr(arguments, "format", "table")
    return Desk(arguments.store, arguments.format, arguments.today, arguments.as_of)


def _open_app(desk: Desk) -> int:
    if not sys.stdout.isatty() and "TEXTUAL_DRIVER" not in os.environ:
        tell(_("The screens need a terminal; see “huoke --help” for the commands."))
        return WRONG_USE
    from tui.app import run

    return run(desk.folder)


def _told(error: HuokeError) -> int:
    if isinstance(error, ImportRefused):
        for bad in error.bad_rows:
            place = _("{file}, row {row}, column {column}") if bad.column else _("{file}, row {row}")
            tell(place.format(file=bad.file, row=bad.row, column=bad.column) + _(": ") + sentence(bad.error))
    tell(sentence(error))
    if isinstance(error, ImportRefused):
        return REFUSED
    if isinstance(error, InputError):
        return WRONG_USE
    return UNREACHABLE if isinstance(error, UnreachableError) else REFUSED


if __name__ == "__main__":
    sys.exit(main())
