"""Which column of a bill is what, and how its cells are to be read: stated once, kept with the bill."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from chatbot.accounting.reconciliation.values import DecimalMark

Per = Literal["request", "day"]
Unit = Literal["dollars", "cents"]

FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "at": (
        "time", "timestamp", "created_at", "created", "datetime", "date_time", "date", "day", "start_time",
        "usage_date", "request_time", "chargeperiodstart", "일시", "날짜", "시간", "시각", "사용일",
        "사용일시", "요청_시각",
    ),
    "request_id": ("id", "request", "generation_id", "response_id", "completion_id", "resourceid", "요청_id", "요청id"),
    "model": ("model_id", "model_name", "model_slug", "skuid", "모델", "모델명"),
    "requests": ("request_count", "num_requests", "n_requests", "calls", "요청_수", "요청수", "요청_건수"),
    "input_tokens": ("prompt_tokens", "tokens_prompt", "tokens_in", "input", "입력_토큰", "입력토큰"),
    "cached_input_tokens": (
        "cached_tokens", "cached_prompt_tokens", "cache_read_tokens", "cache_read_input_tokens", "캐시_토큰",
        "캐시_입력_토큰",
    ),
    "output_tokens": ("completion_tokens", "tokens_completion", "tokens_out", "output", "출력_토큰", "출력토큰"),
    "cost": (
        "cost_usd", "amount", "amount_usd", "total_cost", "usage_cost", "charge", "billedcost", "total",
        "금액", "비용", "요금", "합계",
    ),
}  # fmt: skip
"""The fields that a column can be mapped to, each with other names of such columns, the likeliest first."""
_AS_GIVEN: Final = ("(usd)", "($)", "(utc)")
"""Behind a name, what `Given` takes for granted. A column of other money or of another zone is not guessed."""


class BillError(Exception):
    """The bill as a whole cannot be read or taken in. The message is a sentence for whoever gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the importer says of a file; what is left empty is found out from the file itself."""

    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    """IANA name: of times that name none, and in which the relay cuts its days."""
    currency: str = "USD"
    per_usd: Decimal = Decimal(1)
    """Units of the currency for one dollar."""
    unit: Unit = "dollars"
    """What amounts are counted in: whole units of the currency, or hundredths."""
    per: Per | None = None
    delimiter: str = ""
    encoding: str = ""
    decimal: DecimalMark | None = None

    def __post_init__(self) -> None:
        """Raises BillError on what cannot be meant."""
        if unknown := sorted(set(self.columns) - set(FIELDS)):
            values = {"field": unknown[0], "fields": ", ".join(FIELDS)}
            raise BillError(_("There is no field %(field)s; the fields are %(fields)s.") % values)
        zone_of(self.zone)
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isalpha()):
            raise BillError(_("A currency is three letters, such as USD or KRW."))
        if not self.per_usd.is_finite() or not 0 < self.per_usd < 10**9:
            raise BillError(_("A rate is a number above 0: units of the currency for one dollar."))
        if self.currency.upper() == "USD" and self.per_usd != 1:
            raise BillError(_("A rate needs a currency other than USD."))
        if self.currency.upper() != "USD" and self.per_usd == 1:
            raise BillError(_("State the rate: units of the currency for one dollar."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is read, complete. `columns` are names as the header has them; `header` is the header's line."""

    columns: Mapping[str, str]
    header: int
    delimiter: str
    encoding: str
    decimal: DecimalMark
    zone: str
    currency: str
    per_usd: Decimal
    unit: Unit
    per: Per

    @property
    def tz(self) -> ZoneInfo:
        """The zone of times that name none, and of the relay's days."""
        return ZoneInfo(self.zone)

    @property
    def units_per_usd(self) -> Decimal:
        """How many of what the amounts count are one dollar."""
        return self.per_usd * (100 if self.unit == "cents" else 1)

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """To be kept with the bill."""
        return {**asdict(self), "columns": dict(self.columns), "per_usd": str(self.per_usd)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Reading":  # Any: JSON
        """What `as_json` gave; further keys are left out."""
        return cls(**{name: kept[name] for name in cls.__dataclass_fields__} | {"per_usd": Decimal(kept["per_usd"])})


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name. Raises BillError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        values = {"zone": repr(name[:40])}
        raise BillError(_("%(zone)s is no time zone; give an IANA name such as Asia/Seoul or UTC.") % values) from err


def rate_of(text: str) -> Decimal:
    """The rate that a person typed. Raises BillError."""
    try:
        return Decimal(text)
    except InvalidOperation as err:
        raise BillError(_("A rate is a number above 0: units of the currency for one dollar.")) from err


def normal_name(column: str) -> str:
    """A column's name as it is compared: "Request ID" is "request_id", "Cost (USD)" is "cost"."""
    name = "_".join(column.strip().strip("\ufeff").casefold().replace("-", " ").replace("_", " ").split())
    for said in _AS_GIVEN:
        name = name.removesuffix(said).rstrip("_") or name
    return name


def guessed(header: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Fields by their column, named as the header has it: those given, and for the others the likeliest name."""
    columns = {normal_name(name): name for name in reversed(header) if name.strip()}
    found = {name: columns[normal_name(column)] for name, column in given.items() if normal_name(column) in columns}
    taken = set(found.values())
    for name, others in FIELDS.items():
        for column in (name, *others) if name not in given else ():
            if columns.get(column) and columns[column] not in taken:
                found[name] = columns[column]
                taken.add(columns[column])
                break
    return {name: found[name] for name in FIELDS if name in found}
