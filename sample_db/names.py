"""Names of people and companies, addresses and numbers, all made up.

Telephone, account and tax numbers follow patterns that are not given out (local numbers and accounts
beginning with zeros, mobile numbers beginning with 100, the region 000000): none can be anyone's.
"""

# Lists of words are easier to read and to add to as text.
# ruff: noqa: SIM905
from __future__ import annotations

from dataclasses import dataclass
from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单仇解翟查"
)
GIVEN_NAMES = (
    "伟 芳 娜 敏 静 磊 强 军 洋 勇 艳 杰 涛 明 超 霞 平 刚 丽 鹏 建国 志强 秀英 海燕 晓东 文博 立新 "
    "国庆 春梅 雪峰 永胜 俊杰 红梅 玉兰 宏伟 少华 振华 丽娟 佳佳 宇航 思远 天乐 长河 子涵 晓重 朝晖 "
    "世杰 金凤 小曼 一鸣"
).split()
TITLES = ("经理 总 老师 工 主任 采购 会计 店长").split()

BRAND_STARTS = (
    "鑫源 恒通 华信 天成 博远 卓越 中科 盛世 金桥 宏图 腾达 瑞丰 百川 佳和 信诚 世纪 联创 东方 新锐 "
    "飞宇 九州 科海 长城 银河 四方 蓝天 正阳 永泰 融合 启明 德润 安达 合众 嘉业 京鼎 汇智 锦程 万维 "
    "互信 兴业 同力 海纳 星光 维创 凯旋 诚达 亿佳 昊天 泰和 明远 立信 创想 奥科 迅捷 时代 广源 朗讯 "
    "思创 国泰 乐天"
).split()
BRAND_ENDS = (
    "恒业 伟业 鼎盛 通达 嘉华 宏达 万通 捷成 天地 利达 兴旺 远景 智联 致远 永信 佳讯 腾飞 瑞达 凯德 "
    "中兴 鸿运 创新 顺达 聚力 科贸 精诚 立方 长远 先锋 优品 鑫达 明达 华宇 思源 广达 众合 博雅 诺亚 "
    "航天 同创 泰达 宏基 星辰 百汇 晨光"
).split()
SMALL_PLACES = ("丰源 育英 东风 红旗 朝阳 胜利 和平 建设 光明 团结 向阳 新华 长征 解放 乐业").split()
MARKETS = ("鼎好", "海龙", "科贸", "e世界", "太平洋", "硅谷")
MARKET_ADDRESSES = {
    "鼎好": "中关村大街3号鼎好电子大厦",
    "海龙": "中关村大街1号海龙大厦",
    "科贸": "中关村大街18号科贸电子城",
    "e世界": "中关村大街11号e世界数码广场",
    "太平洋": "海淀大街太平洋数码大厦",
    "硅谷": "中关村大街硅谷电脑城",
}
CITIES = (
    ("北京", "海淀区", 40), ("北京", "朝阳区", 14), ("北京", "丰台区", 6),
    ("北京", "西城区", 6), ("北京", "通州区", 4), ("北京", "昌平区", 4),
    ("天津", "南开区", 7), ("天津", "和平区", 3), ("石家庄", "长安区", 6),
    ("保定", "莲池区", 4), ("唐山", "路北区", 4), ("廊坊", "广阳区", 3),
    ("张家口", "桥西区", 2), ("秦皇岛", "海港区", 2), ("邯郸", "丛台区", 2),
    ("沧州", "运河区", 2), ("济南", "历下区", 4), ("青岛", "市北区", 3),
    ("德州", "德城区", 2), ("潍坊", "奎文区", 2), ("太原", "小店区", 3),
    ("大同", "平城区", 2), ("郑州", "金水区", 2), ("呼和浩特", "新城区", 2),
    ("沈阳", "和平区", 2), ("包头", "昆都仑区", 1), ("重庆", "渝中区", 1),
    ("厦门", "思明区", 1), ("西安", "长安区", 1), ("六安", "金安区", 1),
)  # fmt: skip
STREETS = ("建设路 中山路 人民大街 解放路 新华街 科技路 学院路 和平大街 长江道 工业路 友谊大街 体育场路").split()
BANKS = ("中国工商银行", "中国建设银行", "中国农业银行", "中国银行", "招商银行", "北京银行", "交通银行")

RESELLER, INTEGRATOR, EDUCATION, CAFE, SHOP = "经销商", "系统集成商", "教育", "网吧", "零售店"
GOVERNMENT, COMPANY, WALK_IN = "政府", "企业", "个人散客"

TRADES = {
    RESELLER: "科技有限公司 商贸有限公司 电子科技有限公司 数码科技有限公司 电脑经营部 办公设备有限公司".split(),
    INTEGRATOR: "系统集成有限公司 信息技术有限公司 网络工程有限公司 智能科技有限公司 通信工程有限公司".split(),
    COMPANY: "文化传媒有限公司 建筑工程有限公司 物流有限公司 医药有限公司 律师事务所 餐饮管理有限公司".split(),
    CAFE: "网吧 网络会所 电竞馆 网咖".split(),
    SHOP: "数码 电脑 耗材 外设 监控 通讯".split(),
    WALK_IN: "个人 工作室 图文店 打字复印社".split(),
}
SCHOOLS = ("第一中学 第二中学 第三中学 实验小学 中心小学 职业技术学院 职教中心 师范学校 外国语学校 电大分校").split()
OFFICES = ("教育局 财政局 公安分局 税务局 图书馆 人民医院 社保中心 街道办事处 档案馆 融媒体中心").split()

SHOWN_CUSTOMER = "联想中关村"
CURATED = (
    ("北京联想中关村电子经营部", SHOWN_CUSTOMER, "北京", RESELLER),
    ("重庆长江电脑商行", "重庆长江", "重庆", RESELLER),
    ("重庆重光智能科技有限公司", "重光智能", "重庆", INTEGRATOR),
    ("厦门厦信网络工程有限公司", "厦信网络", "厦门", INTEGRATOR),
    ("石家庄长安数码广场", "长安数码", "石家庄", SHOP),
    ("西安长安大学城电脑城", "长安电脑城", "西安", SHOP),
    ("单县乐天网吧", "单县乐天", "单县", CAFE),
    ("菏泽单县教育局", "单县教育局", "单县", GOVERNMENT),
    ("乐亭县音乐网络会所", "乐亭音乐", "乐亭县", CAFE),
    ("北京乐行电子科技有限公司", "乐行电子", "北京", RESELLER),
    ("长治银行科技服务部", "长治银科", "长治", COMPANY),
    ("长垣重工信息技术有限公司", "长垣重工", "长垣", INTEGRATOR),
    ("洪洞县第一中学", "洪洞一中", "洪洞县", EDUCATION),
    ("浚县职教中心", "浚县职教", "浚县", EDUCATION),
    ("荥经县图书馆", "荥经图书馆", "荥经县", GOVERNMENT),
    ("繁峙县朝阳电脑部", "繁峙朝阳", "繁峙县", RESELLER),
    ("蔚县解氏数码", "蔚县解氏", "蔚县", SHOP),
    ("六安曾家耗材行", "曾家耗材", "六安", SHOP),
    ("北京单氏兄弟商贸有限公司", "单氏兄弟", "北京", RESELLER),
    ("北京朝阳行知外国语学校", "行知外国语", "北京", EDUCATION),
    ("行唐县供销电脑商行", "行唐供销", "行唐县", RESELLER),
    ("天津调和传媒有限公司", "调和传媒", "天津", COMPANY),
    ("北京参差图文店", "参差图文", "北京", WALK_IN),
    ("中关村海龙柜台散客", "海龙散客", "北京", WALK_IN),
)  # fmt: skip
"""Customers there must be: one to find by the initials lxzg, and names read in several ways."""


@dataclass(frozen=True, slots=True)
class CompanyName:
    """How a customer is called and where it is."""

    name: str
    short_name: str
    city: str
    district: str
    market: str
    segment: str


def person_name(rng: Random) -> str:
    """A surname and a given name."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN_NAMES)


def contact_name(rng: Random) -> str:
    """A contact as salespeople write it down: a whole name, or a surname and a title."""
    if rng.random() < 0.4:
        return rng.choice(SURNAMES) + rng.choice(TITLES)
    return person_name(rng)


def phone(rng: Random) -> str:
    """A mobile or local number of a pattern that is not given out."""
    if rng.random() < 0.7:
        return f"100{rng.randrange(10**8):08d}"
    return f"010-000{rng.randrange(10**5):05d}"


def bank_account(rng: Random) -> str:
    """A bank and an account beginning with zeros."""
    return f"{rng.choice(BANKS)} 000000{rng.randrange(10**10):010d}"


def tax_id(rng: Random) -> str:
    """A taxpayer number of a region that does not exist."""
    return f"91000000MA{rng.randrange(10**8):08d}"


class CompanyNames:
    """Gives company names, no two alike; the curated ones first."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()
        self._curated = list(reversed(CURATED))
        self._places = [(city, district) for city, district, weight in CITIES for _ in range(weight)]

    def curated(self) -> CompanyName | None:
        """The next name that must be there, or nothing when all were given."""
        if not self._curated:
            return None
        name, short_name, city, segment = self._curated.pop()
        self._taken.add(name)
        return CompanyName(name, short_name, city, "海淀区" if city == "北京" else "", "", segment)

    def of(self, segment: str) -> CompanyName:
        """A new name fitting a segment of the trade."""
        made = self._make(segment)
        for _ in range(8):
            if made.name not in self._taken:
                break
            made = self._make(segment)
        branch = 2
        name = made.name
        while name in self._taken:
            name = f"{made.name}（{branch}部）"
            branch += 1
        self._taken.add(name)
        return CompanyName(name, made.short_name, made.city, made.district, made.market, segment)

    def _make(self, segment: str) -> CompanyName:
        rng = self._rng
        city, district = rng.choice(self._places)
        start = rng.choice(BRAND_STARTS)
        if segment in (EDUCATION, GOVERNMENT):
            place = rng.choice(SMALL_PLACES) if segment == EDUCATION else ""
            body = rng.choice(SCHOOLS if segment == EDUCATION else OFFICES)
            area = district if rng.random() < 0.6 else ""
            return CompanyName(f"{city}市{area}{place}{body}", f"{area[:2] or city}{place}{body}"[:8],
                               city, district, "", segment)  # fmt: skip
        trade = rng.choice(TRADES[segment])
        if segment == SHOP and rng.random() < 0.75:
            market = rng.choice(MARKETS)
            name = f"{market}{start}{rng.choice(BRAND_ENDS)}{trade}"
            return CompanyName(name, f"{market}{start}{trade}", "北京", "海淀区", market, segment)
        if segment == WALK_IN and trade == "个人":
            person = person_name(rng)
            return CompanyName(f"{person}（散客）", person, city, district, "", segment)
        end = rng.choice(BRAND_ENDS)
        short_name = f"{start}{end}{trade}" if segment == CAFE else f"{start}{end}"
        return CompanyName(f"{city}{start}{end}{trade}", short_name, city, district, "", segment)

    def address(self, company: CompanyName) -> str:
        """Where the goods go."""
        rng = self._rng
        room = f"{rng.randint(1, 6)}{rng.randint(0, 9)}{rng.randint(10, 59)}"
        if company.market:
            return f"北京市海淀区{MARKET_ADDRESSES[company.market]}{room}室"
        town = company.city if company.city.endswith("县") else f"{company.city}市"
        return f"{town}{company.district}{rng.choice(STREETS)}{rng.randint(1, 299)}号"
