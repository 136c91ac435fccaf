"""How Chinese names are said, and how a typed run of letters may be read as pinyin.

The dictionary is large and is opened only to index a name: reading what a person types needs no dictionary.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

# Names that are written in many ways at once: enough for five characters of two readings each.
SPELLINGS_LIMIT = 48
# Ways of cutting one typed word into syllables that are tried, the likeliest first.
CUTS_LIMIT = 16
# Up to this length the index answers for the beginning of a syllable by itself.
SYLLABLE_PREFIX_LETTERS = 4

# Every syllable that is said, by its initial, with the ways people type ü.
FINALS_AFTER = {
    "": "a ai an ang ao e ei en er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "d": "a ai an ang ao e ei eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "f": "a an ang ei en eng o ou u",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "l": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu o ong ou u uan ue un uo v ve yu yue",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan ue uo v ve yu yue",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "r": "an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "w": "a ai an ang ei en eng o u",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
}
SYLLABLES = frozenset(initial + final for initial, finals in FINALS_AFTER.items() for final in finals.split())
LONGEST_SYLLABLE_LETTERS = max(map(len, SYLLABLES))
# What ends nearly every company's name is said in one way only; its characters' rare readings would multiply
# the spellings of all names for nothing.
COMPANY_WORDS = {
    "有限": ("you", "xian"), "公司": ("gong", "si"), "责任": ("ze", "ren"), "股份": ("gu", "fen"),
    "集团": ("ji", "tuan"),
    "科技": ("ke", "ji"), "技术": ("ji", "shu"), "信息": ("xin", "xi"), "系统": ("xi", "tong"), "集成": ("ji", "cheng"),
    "工程": ("gong", "cheng"), "网络": ("wang", "luo"), "电子": ("dian", "zi"), "数码": ("shu", "ma"),
    "设备": ("she", "bei"), "服务": ("fu", "wu"), "发展": ("fa", "zhan"), "贸易": ("mao", "yi"),
    "商贸": ("shang", "mao"),
    "经营部": ("jing", "ying", "bu"), "管理": ("guan", "li"), "北京": ("bei", "jing"), "中心": ("zhong", "xin"),
}  # fmt: skip
COMPANY_WORD = re.compile("|".join(sorted(COMPANY_WORDS, key=len, reverse=True)))
LONE_LETTERS = frozenset("abcdefghjklmnopqrstwxyz")
TWO_LETTER_INITIALS = frozenset(initial for initial in FINALS_AFTER if len(initial) == 2)
# The price of each way to read letters: whole syllables are likelier than initials among them.
SYLLABLE_COST, BEGINNING_COST, VOWEL_COST, LONE_COST = 2, 3, 3, 5


@dataclass(frozen=True)
class Sound:
    """One character of a name, or one Latin word in it.

    Attributes:
        letters: what a person may type for it among initials, the commonest first.
        syllables: its readings in full, all ways of typing ü included.
    """

    letters: tuple[str, ...]
    syllables: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """A part of what was typed: an initial, and the syllables it may be the beginning of; none says any."""

    initial: str
    syllables: tuple[str, ...] = ()
    unfinished: bool = False


def is_ideograph(character: str) -> bool:
    """Whether a character is Chinese writing."""
    return (
        "\u4e00" <= character <= "\u9fff"
        or "\u3400" <= character <= "\u4dbf"
        or "\U00020000" <= character <= "\U0003ffff"
        or character == "〇"
    )


@lru_cache(maxsize=30_000)
def readings(character: str) -> tuple[str, ...]:
    """Every reading of a character without its tone, the commonest first; none for what is not Chinese."""
    from pypinyin import Style, pinyin

    if not is_ideograph(character):
        return ()
    said = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    letters = (re.sub("[^a-z]", "", reading.replace("ü", "v").replace("ê", "e")) for reading in said)
    return tuple(dict.fromkeys(reading for reading in letters if reading))


@cache
def ways_to_type(syllable: str) -> tuple[str, ...]:
    """A syllable as people type it: 吕 is lv, lu or lyu."""
    if "v" not in syllable:
        return (syllable,)
    return (syllable, syllable.replace("v", "u"), syllable.replace("v", "yu"))


@lru_cache(maxsize=30_000)
def sound(word: str) -> Sound:
    """How one character or one Latin word is typed."""
    said = readings(word) if len(word) == 1 else ()
    if said:
        syllables = tuple(dict.fromkeys(typed for reading in said for typed in ways_to_type(reading)))
        return Sound(tuple(dict.fromkeys(reading[0] for reading in said)), syllables)
    if word.isalpha() and len(word) > 1:
        return Sound((word, word[0]), ())
    return Sound((word,), ())


def sounds_of(words: Sequence[str]) -> list[Sound]:
    """How each word of a name is typed: every reading of it, but one where a company word leaves no doubt.

    Args:
        words: the Chinese characters and Latin words of a name, in order.
    """
    sounds = [sound(word) for word in words]
    # One character for each word, so that places in this text are places among the words.
    text = "".join(word if len(word) == 1 else " " for word in words)
    for match in COMPANY_WORD.finditer(text):
        for place, syllable in enumerate(COMPANY_WORDS[match.group()], start=match.start()):
            sounds[place] = Sound((syllable[0],), (syllable,))
    return sounds


def initials_from_each(words: Sequence[str], sounds: Sequence[Sound], longest: int) -> set[str]:
    """The initials of a name, begun at each of its words, in every reading.

    Args:
        words: the Chinese characters and Latin words of a name, in order.
        sounds: how each is typed.
        longest: letters kept of each.
    """
    spellings = _spellings(sounds, [each.letters[0] for each in sounds], longest)
    if spellings is None:
        # Too many readings for all of them together: those nearest to the dictionary's phrases are kept.
        spellings = _spellings(sounds, _as_in_phrases(words, sounds), longest, bounded=True)
    return spellings or set()


def _spellings(
    sounds: Sequence[Sound], usual: Sequence[str], longest: int, *, bounded: bool = False
) -> set[str] | None:
    """The initials from each word on; None where they are more than the limit and not `bounded`."""
    found: set[str] = set()
    # Spelling of the words behind → how many of them are not in their usual reading.
    behind: dict[str, int] = {"": 0}
    for each, common in zip(reversed(sounds), reversed(usual), strict=True):
        here: dict[str, int] = {}
        for letters in each.letters:
            for rest, unusual in behind.items():
                spelling = (letters + rest)[:longest]
                here[spelling] = min(here.get(spelling, len(sounds)), unusual + (letters != common))
        if len(here) > SPELLINGS_LIMIT:
            if not bounded:
                return None
            here = dict(heapq.nsmallest(SPELLINGS_LIMIT, here.items(), key=lambda item: (item[1], item[0])))
        found.update(here)
        behind = here
    return found


def _as_in_phrases(words: Sequence[str], sounds: Sequence[Sound]) -> list[str]:
    """The initial of each word as the dictionary's phrases have it."""
    from pypinyin import lazy_pinyin

    usual = [each.letters[0] for each in sounds]
    chinese = [place for place, each in enumerate(sounds) if each.syllables]
    said = lazy_pinyin("".join(words[place] for place in chinese))
    if len(said) == len(chinese):
        for place, reading in zip(chinese, said, strict=True):
            if reading[:1] in sounds[place].letters:
                usual[place] = reading[0]
    return usual


def cuts(typed: str) -> list[tuple[Piece, ...]]:
    """The likeliest ways to read typed letters as syllables and initials, `lianxzg` as lian x z g.

    Cuts of initials alone are left out. The last syllable may be unfinished.
    """
    ways: list[list[tuple[int, tuple[Piece, ...]]]] = [[] for _ in typed] + [[(0, ())]]
    for start in range(len(typed) - 1, -1, -1):
        longer = (
            (cost + dearer, (piece, *rest))
            for piece, length, cost in _pieces(typed, start)
            for dearer, rest in ways[start + length]
        )
        ways[start] = heapq.nsmallest(CUTS_LIMIT, longer, key=lambda way: way[0])
    return [pieces for _, pieces in ways[0] if any(piece.syllables for piece in pieces)]


def _pieces(typed: str, start: int) -> list[tuple[Piece, int, int]]:
    """What may be read at a place of the typed letters: each piece, its length and its cost."""
    found: list[tuple[Piece, int, int]] = []
    for length in range(1, min(LONGEST_SYLLABLE_LETTERS, len(typed) - start) + 1):
        letters = typed[start : start + length]
        if start + length == len(typed):
            if length > 1 and (piece := _unfinished(letters)) is not None:
                found.append((piece, length, SYLLABLE_COST if letters in SYLLABLES else BEGINNING_COST))
        elif letters in SYLLABLES and length > 1:
            found.append((Piece(letters[0], (letters,)), length, SYLLABLE_COST))
        elif letters in TWO_LETTER_INITIALS:
            found.append((Piece(letters[0], (letters,), unfinished=True), length, LONE_COST))
    # A single vowel is a syllable too, and an initial says no less of it.
    if typed[start] in LONE_LETTERS:
        found.append((Piece(typed[start]), 1, VOWEL_COST if typed[start] in SYLLABLES else LONE_COST))
    return found


@lru_cache(maxsize=2_000)
def _unfinished(letters: str) -> Piece | None:
    """The last letters typed, as the beginning of a syllable."""
    begun = tuple(sorted(syllable for syllable in SYLLABLES if syllable.startswith(letters)))
    if not begun:
        return None
    if len(letters) <= SYLLABLE_PREFIX_LETTERS:
        return Piece(letters[0], (letters,), unfinished=True)
    return Piece(letters[0], begun)
