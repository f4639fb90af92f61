"""Questions that a prediction market could ask, made up from templates."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, NamedTuple

from vezta_stream.schemas.signals import Category


class Question(NamedTuple):
    """A market's subject; `series` and `strike` are what tickers are made of."""

    title: str
    category: Category
    series: str
    strike: str


class _Template(NamedTuple):
    category: Category
    series: str
    text: str


_TEMPLATES: Final = (
    _Template(Category.CRYPTO, "BTCD", "Bitcoin above ${thousands},000 on {day}?"),
    _Template(Category.CRYPTO, "ETHD", "Ethereum above ${hundreds}00 on {day}?"),
    _Template(Category.CRYPTO, "{coin}D", "Will {coin} close {direction} {percent}% on {day}?"),
    _Template(
        Category.CRYPTO, "{coin}RES", "Will {country} hold {coin} in reserve before {month}?"
    ),
    _Template(Category.CRYPTO, "STABLE", "Stablecoin supply above ${hundreds} billion in {month}?"),
    _Template(Category.FINANCIALS, "{index}", "{index} {direction} {percent}% or more on {day}?"),
    _Template(Category.FINANCIALS, "GOLD", "Gold above ${hundreds}0 on {day}?"),
    _Template(Category.FINANCIALS, "SILVER", "Silver above ${number} on {day}?"),
    _Template(Category.FINANCIALS, "IPO", "Will {company} list its shares before {month}?"),
    _Template(
        Category.FINANCIALS, "MERGE", "Will {company} and {rival} agree to merge by {month}?"
    ),
    _Template(Category.FINANCIALS, "EARN", "Will {company} beat its revenue guidance in {month}?"),
    _Template(Category.MACRO, "CUT", "Will {bank} cut rates in {month}?"),
    _Template(Category.MACRO, "HOLD", "Will {bank} leave rates unchanged in {month}?"),
    _Template(Category.MACRO, "CPI", "{country} inflation above {percent}% in {month}?"),
    _Template(Category.MACRO, "GDP", "{country} growth above {percent}% this quarter?"),
    _Template(Category.MACRO, "JOBS", "More than {number},000 new jobs in {country} in {month}?"),
    _Template(Category.MACRO, "REC", "Will {country} be in recession by {month}?"),
    _Template(Category.POLITICS, "ELEC", "Will {country} call an early election before {month}?"),
    _Template(Category.POLITICS, "TURN", "Turnout above {number}% in the {country} vote?"),
    _Template(Category.POLITICS, "BILL", "Will {country} pass its {bill} bill by {month}?"),
    _Template(Category.POLITICS, "COAL", "Will {country} have a coalition of {few} parties?"),
    _Template(Category.POLITICS, "PM", "Will {country} have a new head of government by {month}?"),
    _Template(Category.POLITICS, "SUMMIT", "Will the leaders meet in {city} before {month}?"),
    _Template(Category.MILITARY, "DEF", "{country} defence budget above {percent}% of GDP?"),
    _Template(Category.MILITARY, "TRUCE", "Will the talks in {city} bring a truce by {month}?"),
    _Template(Category.MILITARY, "EXER", "Will {country} host a joint exercise in {month}?"),
    _Template(
        Category.MILITARY, "FRIG", "Will {country} order more than {few} frigates by {month}?"
    ),
    _Template(Category.TECH, "SHIP", "Will {company} ship its {device} before {month}?"),
    _Template(Category.TECH, "MODEL", "Will a model from {company} score {number}% by {month}?"),
    _Template(Category.TECH, "ORBIT", "Will {company} reach orbit {few} times in {month}?"),
    _Template(Category.TECH, "OUT", "Will {company} have an outage of {few} hours in {month}?"),
    _Template(Category.ENERGY, "OIL", "Brent above ${number} on {day}?"),
    _Template(Category.ENERGY, "GAS", "European gas above €{number} in {month}?"),
    _Template(Category.ENERGY, "WIND", "Will wind cover {number}% of demand in {country}?"),
    _Template(Category.ENERGY, "OUTPUT", "Will producers cut output by {few} million barrels?"),
    _Template(Category.ENERGY, "NUKE", "Will {country} approve {few} new reactors by {month}?"),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "coin": ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LTC"),
    "direction": ("up", "down"),
    "percent": tuple(f"{tenths // 10}.{tenths % 10}" for tenths in range(2, 80)),
    "country": _words(
        "Norway Sweden Finland Denmark Poland Portugal Spain Italy Greece Ireland Canada Mexico "
        "Brazil Chile Peru Japan Australia Kenya Ghana Morocco Austria Belgium Iceland"
    ),
    "city": _words("Geneva Vienna Oslo Helsinki Lisbon Nairobi Singapore Doha Montreal"),
    "index": ("SPX", "NDX", "DAX", "FTSE", "NIKKEI"),
    "company": _words(
        "Northwind Lumenar Halcyon Orbitra Kestrel Quillon Tessera Vantix Brightwater"
    ),
    "rival": _words("Meridian Aldgate Corvane Solstice Parallax"),
    "bank": ("the Fed", "the ECB", "the Bank of England", "the Riksbank", "Norges Bank"),
    "bill": ("budget", "housing", "migration", "climate", "pension", "data protection"),
    "device": ("headset", "home robot", "electric van", "new phone", "quantum computer"),
    "few": ("2", "3", "4", "5", "6"),
}
_RANGES: Final = {"thousands": (40, 180), "hundreds": (15, 95), "number": (20, 140)}


class Questions:
    """Makes up questions; none comes twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._asked: dict[str, int] = {}

    def ask(self, now_ms: int) -> Question:
        """Return a new question about the weeks after `now_ms`."""
        template = self._rng.choice(_TEMPLATES)
        words = {word: self._rng.choice(choices) for word, choices in _WORDS.items()}
        words |= {word: str(self._rng.randint(*limits)) for word, limits in _RANGES.items()}
        words |= self._dates(now_ms)
        title = template.text.format_map(words)
        count = self._asked[title] = self._asked.get(title, 0) + 1
        if count > 1:
            title = f"{title[:-1]} (round {count})?"
        strike = words["thousands"] + words["number"]
        series = template.series.format_map(words)
        return Question(title, template.category, series, strike)

    def _dates(self, now_ms: int) -> dict[str, str]:
        moment = datetime.fromtimestamp(now_ms // 1000, UTC)
        moment += timedelta(days=self._rng.randint(1, 150))
        return {"day": f"{moment.day} {moment:%B}", "month": f"{moment:%B %Y}"}
