"""The key figures of a period, each with what it was in the period before and whether that is for the better."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot.accounting.sums import Sums
from chatbot.admin import figures
from chatbot.admin.figures import Figure

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From the period before to this one. `mood` is "better", "worse", or empty where neither can be said."""

    text: str
    mood: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A key figure. `beside` is a second one of the same kind, `note` what must be known to read it."""

    name: str
    explained: str
    figure: Figure
    change: Change | None
    beside: Figure | None = None
    note: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Time until the first word in milliseconds; None is not measured."""

    p50: Decimal | None = None
    p95: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The figures of one of the two periods."""

    sums: Sums
    latency: Latency


def tiles(now: Side, before: Side, *, to: Callable[..., str], converted: Figure | None = None) -> Iterator[Tile]:
    """The tiles in their order. `to` gives the ledger's address for a state, `converted` is the cost beside dollars."""
    a, b = now.sums, before.sums
    yield Tile(
        name=_("Cost"),
        explained=_("Known cost of all attempts, with corrections."),
        figure=figures.cost(a, places=2, url=to(state="settled")),
        beside=converted,
        change=_relative(_known(a), _known(b), figures.cost(b, places=2), good=0),
        note=_not_measured(a, to),
    )
    yield Tile(
        name=_("Questions"),
        explained=_("First attempts: questions for which a relay was asked, or the cache."),
        figure=figures.number(a.questions, url=to(state="questions")),
        change=_relative(Decimal(a.questions), Decimal(b.questions), figures.number(b.questions), good=0),
    )
    yield Tile(
        name=_("Answered"),
        explained=_("Attempts that ended a whole answer."),
        figure=figures.number(a.answered, url=to(state="answered")),
        change=_relative(Decimal(a.answered), Decimal(b.answered), figures.number(b.answered), good=0),
    )
    yield Tile(
        name=_("Cost per answered question"),
        explained=_("Known cost, failed attempts and retries included, for each whole answer."),
        figure=figures.per(a, a.answered, url=to(state="settled")),
        change=_relative(_per(a), _per(b), figures.per(b, b.answered), good=-1),
    )
    yield Tile(
        name=_("Answered from the cache"),
        explained=_("Share of the whole answers that came from the cache."),
        figure=figures.share(a.cached, a.answered, url=to(state="cached")),
        change=_points(a.cached, a.answered, b.cached, b.answered, good=1),
    )
    yield Tile(
        name=_("Error rate"),
        explained=_("Share of the attempts that brought no whole answer and were not stopped."),
        figure=figures.share(a.failed, a.attempts, url=to(state="failed")),
        change=_points(a.failed, a.attempts, b.failed, b.attempts, good=-1),
    )
    yield Tile(
        name=_("Retry rate"),
        explained=_("Further attempts for each hundred questions."),
        figure=figures.share(a.retries, a.questions, url=to(state="retries")),
        change=_points(a.retries, a.questions, b.retries, b.questions, good=-1),
    )
    yield Tile(
        name=_("First word"),
        explained=_("Half of the answers begin within the first time, 95 of 100 within the second; right to 2.5 %."),
        figure=figures.milliseconds(now.latency.p50, url=to(state="timed")),
        beside=Figure(text=_("p95 %(time)s") % {"time": figures.milliseconds(now.latency.p95).text}),
        change=_relative(now.latency.p50, before.latency.p50, figures.milliseconds(before.latency.p50), good=-1),
    )


def _known(sums: Sums) -> Decimal | None:
    return sums.cost_usd if sums.is_measured else None


def _per(sums: Sums) -> Decimal | None:
    return sums.cost_usd / sums.answered if sums.answered and sums.is_measured else None


def _not_measured(sums: Sums, to: Callable[..., str]) -> Figure | None:
    """How many attempts the cost says nothing about."""
    if not sums.unpriced:
        return None
    text = ngettext("and %(count)s attempt not measured", "and %(count)s attempts not measured", sums.unpriced) % {
        "count": figures.number(sums.unpriced).text
    }
    return Figure(text=text, url=to(state="unpriced"))


def _relative(now: Decimal | None, before: Decimal | None, shown: Figure, *, good: int) -> Change | None:
    """A change in percent; None where one side is unknown or there was nothing to compare with."""
    if now is None or not before or before < 0:
        return None
    difference = ((now - before) * 100 / before).quantize(_TENTH)
    return Change(text=f"{_signed(difference)}\N{NO-BREAK SPACE}%", mood=_mood(difference, good), before=shown.text)


def _points(part: int, whole: int, part_before: int, whole_before: int, *, good: int) -> Change | None:
    """A change of a rate in percentage points; None where one side has nothing."""
    if not whole or not whole_before:
        return None
    before = Decimal(part_before) * 100 / whole_before
    difference = (Decimal(part) * 100 / whole - before).quantize(_TENTH)
    text = _("%(difference)s points") % {"difference": _signed(difference)}
    return Change(text=text, mood=_mood(difference, good), before=figures.share(part_before, whole_before).text)


def _mood(difference: Decimal, good: int) -> str:
    if not difference or not good:
        return ""
    return "better" if (difference > 0) == (good > 0) else "worse"


def _signed(number: Decimal) -> str:
    text = number_format(abs(number), decimal_pos=1, use_l10n=True, force_grouping=True)
    return f"+{text}" if number > 0 else f"−{text}" if number < 0 else text
