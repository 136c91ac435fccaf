"""What the sample company sells: products, their weekly costs, and the price each kind of buyer gets."""

# Lines of Chinese count double in width.
# ruff: noqa: E501
from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sample_db.seasons import DAYS_PER_WEEK, Period

FULL_BP = 10_000
FEN_PER_YUAN = 100
TAX_RATE_PERCENT = "13"
FLOOR_OVER_COST_BP = 100
DISCOUNT_NEEDS_MARKUP_BP = 1_400
PRICE_TIERS = 5
TIER_STEP_PERCENT = 14
COST_CHANGE_WEEKLY_PERCENT = 4


@dataclass(frozen=True, slots=True)
class Range:
    """One category of the catalogue; a model is its name, usual cost in yuan and the brands that make it."""

    prefix: str
    category: str
    unit: str
    models: tuple[tuple[str, int, str], ...]
    markup_bp: tuple[int, int]
    drift_bp: tuple[int, int]
    products: int
    usual_quantity: int


RANGES = (
    Range("NB", "笔记本", "台", (
        ("商务本 14 i5/16G/512G", 4100, "联想 惠普 戴尔 华硕"), ("轻薄本 14 Ultra5/16G/1T", 5200, "联想 华为 华硕"),
        ("商务本 15 i5/16G/512G", 4000, "惠普 戴尔 宏碁"), ("学生本 15 R5/16G/512G", 3100, "联想 惠普 华硕 宏碁"),
        ("游戏本 16 i7/16G/1T", 6900, "联想 惠普 华硕"), ("移动工作站 15 i7/32G/1T", 9600, "联想 惠普 戴尔"),
        ("二合一平板本 13", 4600, "华为 联想"),
    ), (280, 650), (-130, -10), 34, 2),
    Range("PC", "台式机", "台", (
        ("商用台式机 i3/8G/256G", 2150, "联想 惠普 戴尔 清华同方"), ("商用台式机 i5/16G/512G", 3100, "联想 惠普 戴尔"),
        ("商用台式机 i7/16G/1T", 4500, "联想 惠普 戴尔"), ("一体机 23.8 i5/16G", 3900, "联想 惠普 宏碁"),
        ("教学终端 i3/8G", 1850, "清华同方 联想"), ("图形工作站 i7/32G/1T", 7800, "联想 戴尔"),
    ), (300, 700), (-120, -10), 26, 3),
    Range("LCD", "显示器", "台", (
        ("21.5 全高清", 430, "AOC 飞利浦 联想"), ("23.8 全高清 IPS", 560, "AOC 飞利浦 戴尔 惠普"),
        ("27 2K", 1050, "AOC 三星 戴尔 优派"), ("27 4K", 1580, "LG 三星 戴尔"), ("24.5 电竞 180Hz", 780, "AOC 优派"),
        ("34 带鱼屏", 1900, "LG 飞利浦"),
    ), (450, 900), (-140, -20), 26, 4),
    Range("PRT", "打印机", "台", (
        ("黑白激光打印机", 860, "惠普 兄弟 奔图"), ("黑白激光一体机", 1320, "惠普 兄弟 佳能 奔图"),
        ("彩色激光打印机", 2200, "惠普 佳能"), ("墨仓式一体机", 1150, "爱普生 佳能"), ("针式票据打印机", 1450, "爱普生 得实"),
        ("标签打印机", 680, "兄弟 得实"), ("A3 复合机", 6900, "佳能 奔图"),
    ), (500, 1000), (-60, 30), 24, 1),
    Range("TON", "耗材", "支", (
        ("原装硒鼓 黑色", 460, "惠普 佳能 兄弟 奔图"), ("原装硒鼓 彩色", 520, "惠普 佳能"), ("通用硒鼓 黑色", 62, "天威 格之格"),
        ("通用硒鼓 彩色", 85, "天威 格之格"), ("原装墨盒 黑色", 108, "惠普 佳能 爱普生"), ("原装墨盒 彩色", 126, "惠普 佳能 爱普生"),
        ("墨仓墨水 四色装", 145, "爱普生 佳能"), ("碳粉 1公斤", 55, "天威 格之格"), ("色带框", 38, "爱普生 得实"),
        ("A4 复印纸 70克 箱", 128, "得力 晨光"),
    ), (900, 2200), (-30, 45), 42, 6),
    Range("NET", "网络设备", "台", (
        ("无线路由器 AX3000", 145, "TP-LINK 华为 水星"), ("千兆交换机 8口", 92, "TP-LINK 水星 D-Link"),
        ("千兆交换机 24口", 460, "TP-LINK 华三 锐捷"), ("千兆POE交换机 16口", 880, "TP-LINK 华三 锐捷"),
        ("三层交换机 48口", 4200, "华三 锐捷 华为"), ("吸顶AP AX1800", 265, "TP-LINK 华三 锐捷"),
        ("企业路由器", 760, "TP-LINK 华三 锐捷"), ("光纤收发器 对", 120, "TP-LINK D-Link"), ("USB无线网卡", 45, "TP-LINK 水星"),
    ), (700, 1500), (-80, 10), 32, 4),
    Range("HDD", "存储", "块", (
        ("机械硬盘 1T", 285, "希捷 西部数据"), ("机械硬盘 4T", 520, "希捷 西部数据 东芝"), ("监控硬盘 6T", 780, "希捷 西部数据"),
        ("企业盘 8T", 1350, "希捷 西部数据"), ("固态硬盘 512G", 225, "三星 致态 金士顿"), ("固态硬盘 1T", 410, "三星 致态 西部数据"),
        ("移动硬盘 2T", 430, "希捷 西部数据 东芝"),
    ), (350, 800), (-150, 80), 26, 5),
    Range("MEM", "内存闪存", "条", (
        ("内存 DDR4 8G", 98, "金士顿 光威 英睿达"), ("内存 DDR4 16G", 185, "金士顿 光威 英睿达"),
        ("内存 DDR5 16G", 290, "金士顿 英睿达 三星"), ("内存 DDR5 32G", 560, "金士顿 英睿达"),
        ("U盘 64G", 27, "闪迪 金士顿"), ("U盘 128G", 46, "闪迪 金士顿"), ("TF卡 128G", 52, "闪迪 三星"),
    ), (350, 1100), (-170, 130), 22, 8),
    Range("ACC", "外设配件", "个", (
        ("无线鼠标", 42, "罗技 雷柏 双飞燕"), ("有线鼠标", 24, "罗技 双飞燕"), ("无线键鼠套装", 95, "罗技 雷柏 微软"),
        ("机械键盘", 180, "罗技 雷柏"), ("USB耳麦", 78, "罗技 漫步者"), ("摄像头 1080P", 165, "罗技 雷柏"),
        ("扩展坞 八合一", 210, "绿联 贝尔金"), ("桌面音箱", 120, "漫步者 麦博"), ("笔记本双肩包", 65, "联想 惠普"),
    ), (1100, 2400), (-60, 30), 28, 8),
    Range("UPS", "不间断电源", "台", (
        ("后备式 500VA", 235, "山特 APC"), ("后备式 1KVA", 520, "山特 APC 易事特"), ("在线式 1KVA", 1250, "山特 科华"),
        ("在线式 3KVA", 2900, "山特 科华 易事特"), ("蓄电池 12V/38AH", 310, "山特 科华"),
    ), (800, 1500), (-20, 40), 14, 2),
    Range("CAB", "线缆", "根", (
        ("超五类网线 305米箱", 390, "安普 秋叶原"), ("六类网线 305米箱", 540, "安普 秋叶原"), ("HDMI线 3米", 19, "绿联 山泽"),
        ("HDMI线 10米", 62, "绿联 山泽"), ("VGA线 5米", 21, "秋叶原 山泽"), ("电源线 1.8米", 6, "山泽 秋叶原"),
        ("光纤跳线 3米", 12, "安普 山泽"), ("USB延长线 3米", 13, "绿联 山泽"),
    ), (1500, 3000), (-20, 60), 18, 12),
    Range("SEC", "安防监控", "台", (
        ("网络摄像机 400万", 185, "海康威视 大华"), ("网络录像机 8路", 520, "海康威视 大华"),
        ("网络录像机 16路", 980, "海康威视 大华"), ("家用云台摄像机", 150, "萤石 TP-LINK"),
    ), (700, 1300), (-80, 0), 8, 4),
)  # fmt: skip

MODEL_LETTERS = "ABCDEFGHKLMNPRSTVWX"
DISCONTINUED_EVERY = 24
UNCOSTED_EVERY = 149
"""Every so many products one has no known cost: it is bought per order, and margin leaves it out."""


@dataclass(slots=True)
class Product:
    """A product with its weekly costs and prices; money in fen."""

    code: str
    name: str
    brand: str
    category: str
    unit: str
    usual_quantity: int
    markup_bp: int
    cost_by_week: list[int]
    price_by_week: list[list[int]]
    stock: int
    costed: bool
    last_week: int | None
    successor: int

    @property
    def may_be_discounted(self) -> bool:
        """Whether the margin leaves room for a discount on the line."""
        return self.markup_bp >= DISCOUNT_NEEDS_MARKUP_BP


def _to_a_round_price(minor: int) -> int:
    """Round up to what is said over the counter: whole yuan, half yuan, or five fen for small things."""
    step = FEN_PER_YUAN if minor >= 100 * FEN_PER_YUAN else 50 if minor >= 10 * FEN_PER_YUAN else 5
    return -(-minor // step) * step


def _cost_by_week(rng: Random, spec: Range, cost_minor: int, weeks: int) -> list[int]:
    """Costs move on some Mondays, on the whole downwards: computers get cheaper, memory jumps."""
    low_bp, high_bp = spec.drift_bp
    cost = cost_minor
    costs = []
    for week in range(weeks):
        if week and rng.random() * 100 < COST_CHANGE_WEEKLY_PERCENT:
            change_bp = rng.randint(3 * low_bp, 3 * high_bp)
            cost = max(300, _to_a_round_price(cost * (FULL_BP + change_bp) // FULL_BP))
        costs.append(cost)
    return costs


def _price_by_week(costs: list[int], markup_bp: int, tier: int) -> list[int]:
    """The price a tier of customers pays: the largest customers (the last tier) leave the least."""
    tier_bp = markup_bp * (100 + 2 * TIER_STEP_PERCENT - TIER_STEP_PERCENT * tier) // 100
    return [_to_a_round_price(cost * (FULL_BP + tier_bp) // FULL_BP) for cost in costs]


def make_catalogue(rng: Random, period: Period) -> list[Product]:
    """All products, category by category; a discontinued one names the successor bought in its place."""
    products: list[Product] = []
    for spec in RANGES:
        first = len(products)
        for number in range(1, spec.products + 1):
            products.append(_product(rng, spec, number, len(products), period.weeks))
        for position in range(first, len(products)):
            if position % DISCONTINUED_EVERY == DISCONTINUED_EVERY - 1:
                products[position].last_week = rng.randint(period.weeks // 3, period.weeks - 20)
                products[position].successor = first + (position - first + 1) % spec.products
    return products


def _product(rng: Random, spec: Range, number: int, position: int, weeks: int) -> Product:
    choices = [(model, usual, brand) for model, usual, brands in spec.models for brand in brands.split()]
    model, usual_yuan, brand = choices[(number - 1) % len(choices)]
    mark = f"{rng.choice(MODEL_LETTERS)}{rng.randint(1, 9)}{rng.randint(0, 99):02d}"
    cost_minor = _to_a_round_price(usual_yuan * rng.randint(86, 122))
    markup_bp = rng.randint(*spec.markup_bp)
    costs = _cost_by_week(rng, spec, cost_minor, weeks)
    stock = 0 if rng.random() < 0.07 else rng.randint(1, 30) * spec.usual_quantity
    return Product(
        code=f"{spec.prefix}{number:03d}",
        name=f"{brand} {mark} {model}",
        brand=brand,
        category=spec.category,
        unit=spec.unit,
        usual_quantity=spec.usual_quantity,
        markup_bp=markup_bp,
        cost_by_week=costs,
        price_by_week=[_price_by_week(costs, markup_bp, tier) for tier in range(PRICE_TIERS)],
        stock=stock,
        costed=position % UNCOSTED_EVERY != UNCOSTED_EVERY - 1,
        last_week=None,
        successor=position,
    )


def cost_changes(product: Product) -> list[tuple[int, int]]:
    """The (day, cost in fen) on which a product's cost became another one, the first day included."""
    changes: list[tuple[int, int]] = []
    for week, cost in enumerate(product.cost_by_week):
        if not changes or changes[-1][1] != cost:
            changes.append((week * DAYS_PER_WEEK, cost))
    return changes


def list_price_minor(product: Product) -> int:
    """Today's price on the list, a little above what the smallest customer pays."""
    return _to_a_round_price(product.price_by_week[0][-1] * 102 // 100)


def floor_minor(product: Product) -> int:
    """The price below which a sale needs the right to go below it."""
    return product.cost_by_week[-1] * (FULL_BP + FLOOR_OVER_COST_BP) // FULL_BP
