"""Amounts in the capitals that Chinese papers carry beside the figures (大写金额): no stroke makes one into another."""

from __future__ import annotations

from model.money import MINOR_PER_UNIT

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ((10**8, "亿"), (10**4, "万"), (1_000, "仟"), (100, "佰"), (10, "拾"))
MINOR_PER_JIAO = 10


def chinese_capitals(amount_minor: int) -> str:
    """An amount in renminbi in capitals, as 支付结算办法 (annex 1) has it written: 人民币壹万贰仟叁佰肆拾元整.

    A figure that ends with 元 or 角 is closed by 整, so that nothing can be written behind it.
    """
    yuan, fraction = divmod(abs(amount_minor), MINOR_PER_UNIT)
    jiao, fen = divmod(fraction, MINOR_PER_JIAO)
    text = _whole(yuan) + "元" if yuan or not fraction else ""
    if jiao:
        text += DIGITS[jiao] + "角"
    if fen:
        text += ("零" if yuan and not jiao else "") + DIGITS[fen] + "分"
    else:
        text += "整"
    return "人民币" + ("负" if amount_minor < 0 else "") + text


def _whole(number: int) -> str:
    """A whole number; where places between two figures are empty, one 零 stands for all of them."""
    for unit, name in UNITS:
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _whole(high) + name + (gap + _whole(low) if low else "")
    return DIGITS[number]
