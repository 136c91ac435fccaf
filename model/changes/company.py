"""What the office can do with the company itself: people, products, costs, settings, the attribution rule."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from model import search
from model.attribution import owner_bp_on
from model.changes.customers import checked_code, checked_text
from model.changes.kind import Args, Kind
from model.changes.undoing import COSTS, ROLE, RULE, SETTING, undo_company_decision
from model.context import Context
from model.errors import N_, InputError, Refused
from model.former import keeping
from model.money import FULL_BP, LARGEST_PRICE_E4, format_percent, format_price, parse_amount
from model.notices import notify
from model.people import ROLES, Salesperson
from model.products import Cost, Product, cost_on
from model.rhythm import parse_quiet_times
from model.rights import require
from model.settings import CLOCKS, DEFAULTS, AttributionRule, Setting, setting_on
from model.synced import document_id
from model.touched import touch

LONGEST_SETTING_DAYS = 365
LARGEST_QUOTA = 10_000
LONGEST_STAGE_MONTHS = 120
LARGEST_SETTINGS = {
    "lease_share": 100,
    "lease_days": LONGEST_SETTING_DAYS,
    "offline_days": LONGEST_SETTING_DAYS,
    "claim_quota": LARGEST_QUOTA,
    "claim_cooldown_days": LONGEST_SETTING_DAYS,
    "return_after_days": 10 * LONGEST_SETTING_DAYS,
    "return_notice_days": LONGEST_SETTING_DAYS,
    "stage_new_days": 10 * LONGEST_SETTING_DAYS,
    "stage_old_months": LONGEST_STAGE_MONTHS,
    "stage_old_trading_months": LONGEST_STAGE_MONTHS,
    "stage_familiar_trading_months": LONGEST_STAGE_MONTHS,
    "dormant_after_days": 10 * LONGEST_SETTING_DAYS,
}


class AddSalesperson(Args, frozen=True):
    """Someone who works here from now on."""

    id: bytes
    code: str
    name: str
    role: str = "sales"
    team: str = ""


class SetWorksHere(Args, frozen=True):
    """Whether someone works here; who does not has no device any more, but keeps what was done."""

    person: bytes
    active: bool


class SetRole(Args, frozen=True):
    """What someone may do and see from now on.

    Attributes:
        seen: their role as the person saw it; empty where that does not matter.
    """

    person: bytes
    role: str
    seen: str = ""


class AddProduct(Args, frozen=True):
    """A product; price, floor and cost in 1/10000 units, tax rate in basis points."""

    id: bytes
    code: str
    name: str
    date: date
    brand: str = ""
    category: str = ""
    unit: str = ""
    price_e4: int = 0
    floor_e4: int | None = None
    cost_e4: int | None = None
    tax_rate_bp: int = 0


class SetCost(Args, frozen=True):
    """What one unit costs from a date on, in 1/10000 units.

    Attributes:
        seen_e4: what it cost on that date as the person saw it; None where nobody knew, or it does not matter.
    """

    product: bytes
    from_date: date
    cost_e4: int
    seen_e4: int | None = None


class SetSetting(Args, frozen=True):
    """A setting's value from a date on.

    Attributes:
        seen: its value on that date as the person saw it; empty where that does not matter.
    """

    name: str
    from_date: date
    value: str
    seen: str = ""


class SetAttributionRule(Args, frozen=True):
    """The owner's share, in basis points, of orders that another took, from a date on.

    Attributes:
        seen_bp: their share on that date as the person saw it; None where that does not matter.
    """

    from_date: date
    owner_bp: int
    seen_bp: int | None = None


def add_salesperson(args: AddSalesperson, ctx: Context) -> Salesperson:
    require(ctx, "change_settings")
    code, name = checked_code(args.code), checked_text("name", args.name)
    if not name:
        raise InputError(N_("The salesperson {code} needs a name."), code=code)
    if args.role not in ROLES:
        raise InputError(N_("There is no role {role}: the roles are {names}."), role=args.role, names=", ".join(ROLES))
    _may_appoint(ctx, args.role)
    if Salesperson.with_id(args.id) is not None:
        raise InputError(N_("There is a salesperson with the id of {code} already: add them anew."), code=code)
    if Salesperson.get_or_none(Salesperson.code == code) is not None:
        raise Refused(N_("There is already a salesperson {code}: choose another code."), code=code)
    touch("person", args.id)
    return Salesperson.create(
        id=args.id, code=code, name=name, role=args.role, team=checked_text("team", args.team), active=True
    )


def _may_appoint(ctx: Context, *roles: str) -> None:
    """Go on where none of these roles is an admin's, or an admin acts: else a leader were above an admin.

    Raises:
        Refused: somebody else does.
    """
    if "admin" in roles:
        require(ctx, "appoint_admin")


def set_works_here(args: SetWorksHere, ctx: Context) -> Salesperson:
    require(ctx, "change_settings")
    person = Salesperson.get_or_none(Salesperson.id == args.person)
    if person is None:
        raise InputError(N_("There is no such salesperson here."))
    _may_appoint(ctx, person.role)
    touch("person", args.person)
    person.active = args.active
    person.save(only=[Salesperson.active])
    return person


def set_role(args: SetRole, ctx: Context) -> Salesperson:
    require(ctx, "change_settings")
    person = Salesperson.get_or_none(Salesperson.id == args.person)
    if person is None:
        raise InputError(N_("There is no such salesperson here."))
    if args.role not in ROLES:
        raise InputError(N_("There is no role {role}: the roles are {names}."), role=args.role, names=", ".join(ROLES))
    _may_appoint(ctx, args.role, person.role)
    if ctx.person == args.person:
        raise Refused(N_("Nobody changes their own role: ask another manager, or the office."))
    if ctx.arrived and args.seen and person.role not in (args.seen, args.role):
        raise Refused(
            N_("The role of {name} was changed by somebody else meanwhile: look once more."), name=person.name
        )
    touch("person", args.person)
    person.role = args.role
    person.save(only=[Salesperson.role])
    return person


def role_as_seen(args: SetRole) -> SetRole:
    person = Salesperson.get_or_none(Salesperson.id == args.person)
    return args if person is None else msgspec.structs.replace(args, seen=person.role)


def add_product(args: AddProduct, ctx: Context) -> Product:
    require(ctx, "change_settings")
    code, name = checked_code(args.code), checked_text("name", args.name)
    if not name:
        raise InputError(N_("The product {code} needs a name."), code=code)
    if Product.with_id(args.id) is not None:
        raise InputError(N_("There is a product with the id of {code} already: add it anew."), code=code)
    if Product.get_or_none(Product.code == code) is not None:
        if not ctx.is_past:
            raise Refused(N_("There is already a product {code}: choose another code."), code=code)
        # What was sold of it on the laptop names this one.
        code = _free_code(code, ctx)
    if min(args.price_e4, args.floor_e4 or 0, args.cost_e4 or 0, args.tax_rate_bp) < 0:
        raise InputError(N_("Price, floor, cost and tax of {code} cannot be below zero."), code=code)
    if max(args.price_e4, args.floor_e4 or 0, args.cost_e4 or 0) > LARGEST_PRICE_E4 or args.tax_rate_bp > FULL_BP:
        raise InputError(N_("Price, floor, cost or tax of {code} is too large: check the number."), code=code)
    touch("product", args.id)
    product = Product.create(
        id=args.id, code=code, name=name, brand=checked_text("brand", args.brand),
        category=checked_text("category", args.category), unit=checked_text("unit", args.unit),
        price_e4=args.price_e4, floor_e4=args.floor_e4, tax_rate_bp=args.tax_rate_bp,
    )  # fmt: skip
    if args.cost_e4 is not None:
        touch("cost", args.id)
        Cost.create(product=product, from_date=args.date, cost_e4=args.cost_e4)
    search.index_products([product])
    return product


def _free_code(code: str, ctx: Context) -> str:
    """The code of a product that two people added apart: the later one's has a number behind it."""
    suffix = 2
    while Product.get_or_none(Product.code == f"{code}/{suffix}") is not None:
        suffix += 1
    free = f"{code}/{suffix}"
    notify(
        ctx, ctx.person, "product.add", N_("There was already a product {code}: yours has the code {free} now."),
        about=free, code=code, free=free,
    )  # fmt: skip
    return free


def set_cost(args: SetCost, ctx: Context) -> None:
    require(ctx, "change_settings")
    if args.cost_e4 < 0:
        raise InputError(N_("A cost cannot be below zero."))
    if args.cost_e4 > LARGEST_PRICE_E4:
        raise InputError(N_("{value} is too large: check the number."), value=format_price(args.cost_e4))
    product = Product.get_or_none(Product.id == args.product)
    if product is None:
        raise InputError(N_("The product {id} is not in this store: sync first."), id=args.product.hex())
    present = cost_on(args.product, args.from_date)
    if ctx.arrived and present not in (args.seen_e4, args.cost_e4):
        notify(
            ctx, None, "product.cost",
            N_("The cost of {code} from {date} was set by two people: {before} is now {after}."),
            about=product.code, code=product.code, date=args.from_date.isoformat(),
            before="–" if present is None else format_price(present), after=format_price(args.cost_e4),
        )  # fmt: skip
    touch("cost", args.product)
    Cost.delete().where(Cost.product == args.product, Cost.from_date == args.from_date).execute()
    Cost.create(product=args.product, from_date=args.from_date, cost_e4=args.cost_e4)


def cost_as_seen(args: SetCost) -> SetCost:
    return msgspec.structs.replace(args, seen_e4=cost_on(args.product, args.from_date))


def set_setting(args: SetSetting, ctx: Context) -> None:
    require(ctx, "change_settings")
    if args.name not in DEFAULTS:
        raise InputError(
            N_("There is no setting {name}: the settings are {names}."),
            name=args.name,
            names=", ".join(DEFAULTS),
        )
    check_setting(args.name, args.value)
    present = setting_on(args.name, args.from_date)
    if ctx.arrived and args.seen and present not in (args.seen, args.value):
        notify(
            ctx, None, "setting.set",
            N_("The setting {name} from {date} was set by two people: {before} is now {after}."),
            about=args.name, name=args.name, date=args.from_date.isoformat(), before=present, after=args.value,
        )  # fmt: skip
    touch("setting", document_id("setting", args.name, args.from_date.isoformat()))
    Setting.delete().where(Setting.name == args.name, Setting.from_date == args.from_date).execute()
    Setting.create(name=args.name, from_date=args.from_date, value=checked_text("value", args.value))


def setting_as_seen(args: SetSetting) -> SetSetting:
    return msgspec.structs.replace(args, seen=setting_on(args.name, args.from_date))


def check_setting(name: str, value: str) -> None:
    """Refuse a value with which the company could not go on.

    Raises:
        InputError: it is no such value.
    """
    if name == "company_name" and not value.strip():
        raise InputError(N_("The company needs a name."))
    if name == "tolerance" and parse_amount(value) < 0:
        raise InputError(N_("The tolerance cannot be below zero."))
    if name == "grace_days" and not _is_number_up_to(value, LONGEST_SETTING_DAYS):
        raise InputError(N_("The days of grace are a whole number from 0 to 365."))
    if name in LARGEST_SETTINGS and not _is_number_up_to(value, LARGEST_SETTINGS[name]):
        raise InputError(N_("{name} is a whole number from 0 to {most}."), name=name, most=LARGEST_SETTINGS[name])
    if name in ("cooling_from", "dormant_from") and parse_quiet_times(value) is None:
        raise InputError(N_("{name} is how many times the rhythm, from 0.01 to 100: write it like 1.5."), name=name)
    if name == "time_zone":
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InputError(N_("“{value}” is no time zone: write it like Asia/Shanghai."), value=value[:40]) from None
    if name == "return_clock" and value not in CLOCKS:
        raise InputError(N_("The clock is one of these: {names}."), names=", ".join(CLOCKS))
    if DEFAULTS[name] in ("yes", "no") and value not in ("yes", "no"):
        raise InputError(N_("{name} is yes or no."), name=name)


def _is_number_up_to(text: str, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and int(text) <= most


def set_attribution_rule(args: SetAttributionRule, ctx: Context) -> None:
    require(ctx, "change_settings")
    if not 0 <= args.owner_bp <= FULL_BP:
        raise InputError(N_("The owner's share is between 0 and 100 percent."))
    present = owner_bp_on(args.from_date)
    if ctx.arrived and args.seen_bp is not None and present not in (args.seen_bp, args.owner_bp):
        notify(
            ctx, None, "attribution.set",
            N_("The owner's share from {date} was set by two people: {before} is now {after}."),
            date=args.from_date.isoformat(), before=format_percent(present), after=format_percent(args.owner_bp),
        )  # fmt: skip
    touch("rule", document_id("rule", args.from_date.isoformat(), "owned"))
    AttributionRule.delete().where(
        AttributionRule.from_date == args.from_date, AttributionRule.kind == "owned"
    ).execute()
    AttributionRule.create(
        from_date=args.from_date, kind="owned", owner_bp=args.owner_bp, maker_bp=FULL_BP - args.owner_bp
    )


def rule_as_seen(args: SetAttributionRule) -> SetAttributionRule:
    return msgspec.structs.replace(args, seen_bp=owner_bp_on(args.from_date))


COMPANY_KINDS = (
    Kind("salesperson.add", AddSalesperson, add_salesperson),
    Kind("salesperson.active", SetWorksHere, set_works_here),
    Kind("salesperson.role", SetRole, keeping(set_role, ROLE), seen=role_as_seen, undo_kept=undo_company_decision),
    Kind("product.add", AddProduct, add_product),
    Kind("product.cost", SetCost, keeping(set_cost, COSTS), seen=cost_as_seen, undo_kept=undo_company_decision),
    Kind(
        "setting.set", SetSetting, keeping(set_setting, SETTING), seen=setting_as_seen, undo_kept=undo_company_decision
    ),
    Kind(
        "attribution.set", SetAttributionRule, keeping(set_attribution_rule, RULE), seen=rule_as_seen,
        undo_kept=undo_company_decision,
    ),
)  # fmt: skip
