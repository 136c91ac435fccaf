"""`huoke server`: what is done on the server itself. Who may enter its machine may do all of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import N_, InputError
from model.people import ROLES
from tui.cli.desk import Desk
from tui.cli.invitation import join_command
from tui.cli.office import add_database, doing, opened_office, server_command, url_of
from tui.cli.output import Column, ProgressLine, print_one, print_rows, tell
from tui.cli.parser import Parser, Verbs
from tui.cli.quarantine import add_quarantine
from tui.locale import _

if TYPE_CHECKING:
    from sync.server.backups import OfficeRestored

DEVICE_COLUMNS = (
    Column("device", N_("device")),
    Column("person", N_("person")),
    Column("name", N_("name")),
    Column("last_seen", N_("last seen")),
    Column("unsent", N_("unsent then"), right=True),
    Column("status", N_("status")),
)
COMPANY_COLUMNS = (Column("company", N_("company")), Column("database", N_("database")))
CERTIFICATE_COLUMNS = (
    Column("authority", N_("for the laptops")),
    Column("certificate", N_("certificate")),
    Column("key", N_("private key")),
    Column("until", N_("valid until")),
)
FAULT_COLUMNS = (Column("rule", N_("what is wrong")), Column("row", N_("where")))
DAMAGED_FILE = N_("the file is damaged")
STATUS_NAMES = {"active": N_("active"), "revoked": N_("revoked")}
TLS_FOLDER = "tls"
FAULTY = 1
CODE_HOURS = 48
Run = Callable[[Namespace, Desk], int]


def add_parser(verbs: Verbs, common: Parser) -> None:
    parser = verbs.add_parser(
        "server", parents=[common], help=_("look after the company's server: people, devices, import, backup, check")
    )
    acts = parser.add_subparsers(required=True, metavar=_("ACT"), dest="act", parser_class=Parser)
    _act(acts, common, "company", _("name the company, once"), _company, ("name", _("NAME")))
    _add_people(acts, common)
    _act(acts, common, "devices", _("list the laptops"), _devices)
    person = ("code", _("PERSON"), _("the code of someone “huoke server people list” lists"))
    device = ("device", _("DEVICE"), _("the letter of a laptop, as “huoke server devices” lists it"))
    _act(acts, common, "enrol", _("print a one-time code for a person's laptop"), _enrol, person)
    _act(acts, common, "revoke", _("shut a laptop out"), _revoke, device)
    _act(acts, common, "recall", _("take back the credit lent to a laptop"), _recall, device)
    add_quarantine(acts, common)
    _add_files(acts, common)
    _act(acts, common, "check", _("compare what is kept with what the documents say"), _check)
    made = _act(acts, common, "certificate", _("make a private authority and the server's certificate"), _certificate)
    made.add_argument("hosts", nargs="+", metavar=_("HOST"), help=_("a name or address by which laptops reach it"))
    made.add_argument("--folder", type=Path, metavar=_("FOLDER"), help=_("where to write them"))
    _add_report(acts, common)


def _act(acts: Verbs, common: Parser, name: str, told: str, run: Run, *words: tuple[str, ...]) -> Parser:
    parser = acts.add_parser(name, parents=[common], help=told, description=told)
    for dest, shown, *more in words:
        parser.add_argument(dest, metavar=shown, help=more[0] if more else None)
    add_database(parser)
    parser.set_defaults(run=run)
    return parser


def _add_people(acts: Verbs, common: Parser) -> None:
    from tui.cli.salesperson import add_leaving

    people = acts.add_parser("people", parents=[common], help=_("who may get a laptop"))
    deeds = people.add_subparsers(required=True, metavar=_("ACT"), dest="deed", parser_class=Parser)
    add = _act(
        deeds, common, "add", _("someone who works here"), _add_person, ("code", _("PERSON")), ("name", _("NAME"))
    )
    add.add_argument("--role", choices=ROLES, default="sales", help=_("what this person may do; without it, sales"))
    add.add_argument("--team", default="", metavar=_("TEXT"), help=_("the team"))
    _act(deeds, common, "list", _("everyone"), _list_people)
    _act(deeds, common, "disable", _("someone no longer works here"), _disable, ("code", _("PERSON")))
    add_leaving(_act(deeds, common, "leave", _("someone leaves; their open customers go to another"), _leave))


def _add_files(acts: Verbs, common: Parser) -> None:
    told = _("read files or a folder of tables into the company, all or nothing")
    taken = _act(acts, common, "import", told, _import)
    taken.add_argument("paths", nargs="+", type=Path, metavar=_("PATH"), help=_("CSV or XLSX files, or their folder"))
    taken.add_argument("--dry-run", action="store_true", help=_("look at every row and write nothing"))
    adopted = _act(acts, common, "adopt", _("make a copy of a stand-alone store the company's"), _adopt)
    adopted.add_argument("folder", type=Path, metavar=_("FOLDER"), help=_("the stand-alone store"))
    told = _("write a consistent copy of the company's data while it is in use")
    saved = _act(acts, common, "backup", told, _back_up)
    saved.add_argument("path", type=Path, metavar=_("FILE"), help=_("the file to write"))
    saved.add_argument("--force", action="store_true", help=_("overwrite the file where it is there already"))
    put_back = _act(acts, common, "restore", _("put a backup back; laptops send again what it has forgotten"), _restore)
    put_back.add_argument("path", type=Path, metavar=_("FILE"), help=_("the backup"))
    put_back.add_argument("--force", action="store_true", help=_("even where it is another company's"))


def _add_report(acts: Verbs, common: Parser) -> None:
    from tui.cli.report import add_report_parser

    common = Parser(add_help=False, parents=[common])
    add_database(common)
    add_report_parser(acts, common)
    acts.choices["report"].set_defaults(run=_report)


def _company(arguments: Namespace, desk: Desk) -> int:
    from sync.server.accounts import company_name, make_company
    from sync.server.storage import alone_in_beginning, named

    with opened_office(arguments, desk, create=True) as (_store, office), alone_in_beginning():
        make_company(arguments.name, doing(office))
        print_one(COMPANY_COLUMNS, (company_name(), named(url_of(arguments, desk))), desk.form)
    return 0


def _add_person(arguments: Namespace, desk: Desk) -> int:
    from model.people import salesperson_by_code
    from sync.server.accounts import add_person
    from tui.cli.salesperson import print_people

    with opened_office(arguments, desk, create=True) as (_store, office):
        add_person(arguments.code, arguments.name, arguments.role, arguments.team, doing(office))
        print_people([salesperson_by_code(arguments.code)], desk)
    return 0


def _list_people(arguments: Namespace, desk: Desk) -> int:
    from model.people import Salesperson
    from tui.cli.salesperson import print_people

    with opened_office(arguments, desk):
        print_people(Salesperson.select().order_by(Salesperson.code), desk)
    return 0


def _disable(arguments: Namespace, desk: Desk) -> int:
    from model.changes.leaving import customers_left_with
    from model.people import salesperson_by_code
    from sync.server.accounts import disable_person
    from tui.cli.salesperson import print_people

    with opened_office(arguments, desk) as (_store, office):
        _require_person(arguments, desk)
        disable_person(arguments.code, doing(office))
        person = salesperson_by_code(arguments.code)
        print_people([person], desk)
        left = customers_left_with(person.id, office.today())
    if left:
        told = _("{name} still has {count} customers: give them to somebody with “{command}”.")
        command = server_command(arguments, desk, f"server people leave {person.code} --to {_('PERSON')}")
        tell(told.format(name=person.name, count=left, command=command))
    return 0


def _leave(arguments: Namespace, desk: Desk) -> int:
    from model.changes.leaving import customers_left_with
    from model.people import salesperson_by_code
    from tui.cli.salesperson import leaving_of, print_people, refuse_who_is_gone, tell_of_handing_over

    with opened_office(arguments, desk) as (_store, office):
        _require_person(arguments, desk)
        args = leaving_of(arguments, office.today())
        count = customers_left_with(args.person, office.today(), args.date)
        refuse_who_is_gone(args.person, count)
        office.record_here(args)
        print_people([salesperson_by_code(arguments.code)], desk)
    tell_of_handing_over(count, args, arguments)
    return 0


def _require_person(arguments: Namespace, desk: Desk) -> None:
    """
    Raises:
        InputError: nobody at this office has the code.
    """
    from model.people import Salesperson

    if not Salesperson.select().where(Salesperson.code == arguments.code.strip()).exists():
        raise InputError(
            N_("There is no person {code} at this office: “{command}” shows them."),
            code=arguments.code, command=server_command(arguments, desk, "server people list"),
        )  # fmt: skip


def _devices(arguments: Namespace, desk: Desk) -> int:
    from sync.server.accounts import devices
    from tui.cli.log import local_time

    with opened_office(arguments, desk):
        found = devices()
    in_words = desk.form == "table"
    print_rows(
        DEVICE_COLUMNS,
        [
            (
                row.code, row.person, row.name, local_time(row.last_seen) if row.last_seen else None, row.unsent,
                _(STATUS_NAMES.get(row.status, row.status)) if in_words else row.status,
            )
            for row in found
        ],
        desk.form,
    )  # fmt: skip
    return 0


def _enrol(arguments: Namespace, desk: Desk) -> int:
    """The code alone, for a program; for a person, beside it, what is typed on the laptop and how long it is good."""
    from sync.server.accounts import enrolment_code

    now = datetime.now(UTC)
    with opened_office(arguments, desk):
        _require_person(arguments, desk)
        code = enrolment_code(arguments.code, now, CODE_HOURS)
        command = join_command(code)
    print(code)
    if desk.form == "table":
        until = f"{(now + timedelta(hours=CODE_HOURS)).astimezone():%Y-%m-%d %H:%M}"
        tell(_("On the laptop: {command}").format(command=command))
        tell(_("The code is good once, until {time}.").format(time=until))
    return 0


def _revoke(arguments: Namespace, desk: Desk) -> int:
    from sync.server.accounts import revoke

    with opened_office(arguments, desk) as (_store, office):
        revoke(arguments.device, doing(office))
    return _devices(arguments, desk)


def _recall(arguments: Namespace, desk: Desk) -> int:
    from sync.server.accounts import recall

    with opened_office(arguments, desk) as (_store, office):
        count = recall(arguments.device, doing(office))
    tell(_("Taken back from {device}: credit of {count} customers.").format(device=arguments.device, count=count))
    return 0


def _import(arguments: Namespace, desk: Desk) -> int:
    from sync.server.imports import import_at_office
    from tui.cli.import_files import print_summary

    line = ProgressLine()
    try:
        with opened_office(arguments, desk, create=True) as (store, office):
            summary = import_at_office(
                store, arguments.paths, doing(office), on=office.today(), dry_run=arguments.dry_run, progress=line.show
            )
    finally:
        line.clear()
    print_summary(summary, desk)
    return 0


def _adopt(arguments: Namespace, desk: Desk) -> int:
    from sync.server.backups import adopt
    from tui.cli.asking import key_of_store
    from tui.cli.backup import COLUMNS, contents_row

    folder = arguments.folder.expanduser()
    contents = adopt(url_of(arguments, desk), folder, desk.today, key_of_store(folder))
    print_one(COLUMNS, contents_row(folder, contents), desk.form)
    if desk.form == "table":
        told = _("The company goes on at the server: laptops join it, and nobody should work in {folder} any more.")
        tell(told.format(folder=folder))
    return 0


def _back_up(arguments: Namespace, desk: Desk) -> int:
    from sync.server.backups import back_up_office
    from tui.cli.backup import COLUMNS, contents_row

    with opened_office(arguments, desk) as (store, _office):
        contents = back_up_office(store, arguments.path, overwrite=arguments.force)
    print_one(COLUMNS, contents_row(arguments.path, contents), desk.form)
    return 0


def _restore(arguments: Namespace, desk: Desk) -> int:
    from sync.server.backups import restore_office
    from tui.cli.backup import COLUMNS, contents_row
    from tui.cli.restore import KEPT_ASIDE

    restored = restore_office(url_of(arguments, desk), arguments.path, other_company=arguments.force)
    kept_aside = None if restored.kept_aside is None else str(restored.kept_aside)
    row = (*contents_row(arguments.path, restored.contents), kept_aside)
    print_one((*COLUMNS, KEPT_ASIDE), row, desk.form)
    _tell_what_is_missing(
        restored,
        enrol=server_command(arguments, desk, "server enrol PERSON"),
        judge=server_command(arguments, desk, "server quarantine judge --all"),
    )
    return 0


def _tell_what_is_missing(restored: OfficeRestored, *, enrol: str, judge: str) -> None:
    """Say what laptops cannot send again by themselves."""
    if restored.unknown:
        laptops = ", ".join(f"{device} ({person})" for device, person in restored.unknown)
        tell(
            _(
                "These laptops joined after the copy and need a new code each: {laptops}. “{command}” prints one;"
                " what was recorded on them is kept there and is sent then."
            ).format(laptops=laptops, command=enrol)
        )
    else:
        tell(_("A laptop that joined after the copy needs a new code."))
    if restored.to_judge:
        told = _("Changes that were judged and are put aside again: {count}. “{command}” judges them.")
        tell(told.format(count=restored.to_judge, command=judge))
    if restored.lost:
        told = _(
            "Changes of laptops that were shut out that the copy lacks: {count}."
            " A laptop that is wiped cannot send them again."
        ).format(count=restored.lost)
        kept = "" if restored.kept_aside is None else _("The former store has them.")
        tell(f"{told} {kept}".strip())


def _check(arguments: Namespace, desk: Desk) -> int:
    """Print every fault; the exit status is 1 where there is one."""
    from model.store import integrity_faults
    from sync.server.checking import Broken, faults
    from sync.server.storage import on_postgresql, snapshot

    # One transaction, so that a change that arrives meanwhile is in both sides of a comparison or in neither.
    with opened_office(arguments, desk) as (_store, office), snapshot():
        broken = [] if on_postgresql() else [Broken(DAMAGED_FILE, fault) for fault in integrity_faults()]
        # What a damaged file says of itself cannot be compared.
        found = broken or faults(office.today())
    if found or desk.form != "table":
        shown = _ if desk.form == "table" else str
        print_rows(FAULT_COLUMNS, [(shown(fault.rule), fault.row) for fault in found], desk.form)
    if found:
        tell(_("{count} things are not as they must be: keep a backup and report it.").format(count=len(found)))
    elif desk.form == "table":
        print(_("Everything is as the documents and changes say."))
    return FAULTY if found else 0


def _certificate(arguments: Namespace, desk: Desk) -> int:
    from sync.server.certificates import make_certificates

    folder = (arguments.folder or desk.folder / TLS_FOLDER).expanduser()
    made = make_certificates(folder, arguments.hosts, datetime.now(UTC))
    print_one(
        CERTIFICATE_COLUMNS, (str(made.authority), str(made.certificate), str(made.key), made.until.date()), desk.form
    )
    return 0


def _report(arguments: Namespace, desk: Desk) -> int:
    from tui.cli.report import run_report

    with opened_office(arguments, desk) as (store, _office):
        return run_report(arguments, store)
