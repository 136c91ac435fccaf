"""Calls and visits: what the sample company's salespeople wrote down about their customers."""

from __future__ import annotations

from random import Random

from sample_db.books import NO_DAY
from sample_db.customers import Customer
from sample_db.trade import Shop

CONTACT_NOTES = (
    "电话问了库存，说月底补货",
    "上门拜访，老板在，谈下季度任务",
    "报价偏高，对方在比科贸的价",
    "催款，答应下周打款",
    "送样机一台，下周取回",
    "介绍新到的固态硬盘，有兴趣",
    "对账，数目对上了",
    "微信发了最新价单",
    "学校暑期招标，要提前备货",
    "换了采购，新联系人要重新认识",
    "电话没人接，改天再打",
    "客户说最近生意淡，少进货",
    "想要账期，要先报经理",
    "退换一台打印机，已安排",
)
RECENT_DAYS = 150


def log_contacts(rng: Random, shop: Shop, position: int, customer: Customer, usual: int) -> None:
    """Write a customer's contacts, most of them of the last months; the newest may plan the next one."""
    if customer.kind == "retail" or customer.closed_on is not None:
        return
    last = shop.period.last
    first = max(customer.created, 0)
    count = rng.randint(0, 2 * usual)
    days = sorted(
        rng.randint(first, last) if rng.random() < 0.4 else max(first, last - rng.randint(0, RECENT_DAYS))
        for _ in range(count)
    )
    for number, day in enumerate(days):
        owner = customer.owner_on(day)
        newest = number == count - 1 and day > last - 30
        next_on = NO_DAY
        if newest and rng.random() < 0.6:
            next_on = day + rng.randint(3, 35)
        elif rng.random() < 0.3:
            next_on = day + rng.randint(2, 20)
        by = owner if owner is not None else rng.choice(shop.sellers)
        shop.books.contacts.add(position, day, by, rng.randrange(len(CONTACT_NOTES)), next_on)
