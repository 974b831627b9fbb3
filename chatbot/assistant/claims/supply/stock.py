"""Claims about stock: can it be bought, is it sold out, how many are left."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from chatbot.assistant.claims.clauses import is_supposed
from chatbot.assistant.claims.money.numbers import ENGLISH_SMALL, NATIVE_NUMBER

State = Literal["available", "sold_out", "preorder", "backorder", "count"]

_LEFT: Final = (
    r"(?:left\b(?!-|\s(?:ear|side|hand|and right|channel|button|one\b|to (?!go\b|sell|buy|order|grab)))"
    r"|remain(?:s|ing)?\b(?=\s*(?:[.,;!?)\[*]|$|in stock|available|at\b|now|today|until|right now|for sale))"
    r"|to be had|to go around|on the shel|on hand)"
)
_LASTS: Final = r"(?!\s+(?:more\s)?(?:hours?|minutes?|days?|weeks?|months?|years?|per ?cent|seconds?)\b)"
_PIECES: Final = r"(?:pairs?|units?|pieces?|sets?|items?|boxes|box|copies)\b"
_COUNTER: Final = r"(?:개|점|대|벌|켤레|세트|쌍|박스|족|장|건)"
_COUNT: Final = (
    rf"(?:\d+|{ENGLISH_SMALL}|a few|few|a couple|a handful|a dozen)\s+(?:{_PIECES}|of (?:the|these|those|them|our)\b)"
    rf"[^.,;:!?$€£₩]{{0,70}}?\b{_LEFT}"
    r"|\bdown to (?:the |our |its |their |only |just |about )*"
    rf"(?:last\s)?(?:\d+|{ENGLISH_SMALL}|a few|a handful)\s{_PIECES}"
    rf"|\b(?:our|the|these) (?:very )?last (?:\d+|{ENGLISH_SMALL}|few|couple)\b{_LASTS}"
    r"(?!\s(?:of the )?(?:two\s)?(?:options?|choices|models|suggestions|ones|questions?|things?|times?))"
    r"|\b(?:number|quantity|stock|amount|count|units) (?:of \w+ )?(?:left|remaining|available|in stock)\b"
    rf"\s?(?:is|are|:|=)\s?(?:only |just |currently |now )*(?:\d+|{ENGLISH_SMALL}|low|limited|small)\b"
    rf"|(?:남은|잔여)\s?(?:수량|재고|물량|개수)[이은는가도]?\s?[:：]?\s?(?:이제\s|단\s|딱\s|현재\s|약\s|총\s|겨우\s"
    rf"|불과\s|지금\s)*"
    rf"(?:\d+|{NATIVE_NUMBER}|몇)\s?{_COUNTER}[가-힣]*"
    r"|(?:남은|잔여)\s?(?:수량|재고|물량)[이은는가도]?\s?(?:이제\s|현재\s|거의\s|별로\s|많이\s|그리\s)*"
    r"(?:얼마|적|많지|없|부족|한정)[가-힣]*(?:\s(?:되지\s)?(?:안|없|않|남)[가-힣]*)?"
    r"|재고(?:가|는)?\s*(?:조금|약간|살짝|소량)\s*(?:만\s*)?남[가-힣]*|(?:nearly|almost) out of (?:stock|the|these|them"
    r"|it)\b"
    rf"|재고\s?(?:수량)?\s?[:：]\s?(?:\d+|{NATIVE_NUMBER})\s?{_COUNTER}"
    rf"|(?:\d+|{NATIVE_NUMBER}|몇)\s?(?:대|켤레|벌|세트|쌍|족)밖에\s?(?:없|안)[가-힣]*"
    rf"|(?:\d+|{NATIVE_NUMBER}|몇)\s?(?:세트|쌍|박스|족)(?:만|밖에|가|이|도|뿐)?\s?(?:안\s?)?(?:남|뿐)[가-힣]*|"
    rf"(?:(?:only|just|merely|fewer than|less than|under|the last|about|around)\s+(?:the\s+)?)?(?<![\w.,$€£-])(?:\d+"
    rf"|{ENGLISH_SMALL}|a few|few|a couple|a handful|a dozen){_LASTS}\s+"
    rf"(?:[a-z0-9'*-]+\s+){{0,6}}?{_LEFT}"
    rf"|(?:only|just|merely)\s+(?:\d+|{ENGLISH_SMALL})\s+(?:[a-z0-9'-]+\s+){{0,6}}?in stock"
    rf"|(?<![\w.,$€£-])\d+\s+(?:\w+\s+)?in stock"
    r"|(?:only|just)\s+(?:\d+|one|two|three|four|five|a few|a couple)\s+(?:\w+\s+)?available"
    r"|(?<![\w.,$€£-])\d+\s+(?:\w+\s+)?(?:units available)|(?:the\s+)?(?:very\s)?last\s+(?:one|piece|item|pair"
    r"|unit)s?(?:\s+left)?|(?:running|run) (?:low|out)\b(?!\sof)|hardly any left|not many left|nearly gone"
    r"|almost gone"
    r"|selling\s+(?:out\s+)?fast|almost sold[\s-]out|low (?:in|on) stock|limited stock|while (?:stocks?"
    r"|supplies) last"
    rf"|재고(?:가|는|도)?\s*(?:이제\s*|지금\s*|현재\s*|겨우\s*)*(?:단\s*|딱\s*)?(?:\d+|{NATIVE_NUMBER}|몇)\s*(?:개|점"
    rf"|대|벌"
    rf"|켤레)[가-힣]*(?:\s*(?:안\s*)?(?:남|있)[가-힣]*)?"
    rf"|(?:\d+|{NATIVE_NUMBER}|몇)\s*(?:개|점|대|벌|켤레)(?:만|밖에|가|이|도|뿐)?\s*(?:안\s*)?(?:남|뿐)[가-힣]*"
    r"|(?<![가-힣])(?:하나|둘|셋)(?:만|밖에|가|이|도)?\s?(?:안\s?)?남[가-힣]*"
    rf"|마지막\s*(?:한|1|하나|재고"
    rf"|수량)\s*(?:개|점|대)?"
    r"|얼마\s*(?:안\s*남|남지\s*않)[가-힣]*|거의\s*(?:다\s*)?(?:팔|소진|품절)[가-힣]*|재고(?:가|는)?\s*(?:(?:거의"
    r"|별로|많이)\s*(?:안\s*)?(?:없|남)"
    r"|부족|적|얼마)[가-힣]*"
    r"|수량\s*한정|한정\s*수량"
    r"|(?:곧\s*)?품절\s*(?:임박|직전)[가-힣]*"
)
_NOT: Final = (
    r"(?:(?:is|are|has|have|had|was|were)n't|not|no longer|never)\s+(?:currently\s+|yet\s+|all\s+|now\s+|anything\s+"
    r"|something\s+|one\s+|been\s+)?(?:(?:that\s+)?(?:you|we|i)\s+)?"
)
_AVAILABLE: Final = (
    r"(?:back\s+)?in[\s-]stock|available(?!\s+(?:in|as|with|on|at|to|sizes?|colou?rs?|from)\b)|ready to ship|(?:\bcan"
    r"|\bmay)\s(?:still\s|now\s)?be\s(?:ordered|bought|purchased)|(?:아직|여전히)\s*남아\s*있[가-힣]*"
    r"|(?:can|able to|could)\s(?:still\s|now\s|also\s)?(?:order|buy|purchase)\b|(?:can|could)\s(?:still|now)\s(?:grab"
    r"|get|pick up|have)\b|\bwe(?:'ve| have)(?: still)?(?: got)? plenty\b|(?:is|are|'s|'re) (?:still )?on (?:the"
    r"|our) shel(?:f|ves)\b|(?:have|got) (?:it|them|one|both) on (?:the|our) shel(?:f|ves)|ready (?:to (?:order"
    r"|buy|go out)|for (?:order|dispatch))|still (?:sell"
    r"|have (?:it|them))\b"
    r"|\bwe (?:still|do) have\b|(?:has|have) been (?:restocked|replenished)|재고(?:가"
    r"|는)?\s*다시\s*들어[왔온][가-힣]*|(?:재)?입고(?:되었|됐"
    r"|되어|했|완료|된)[가-힣]*"
    r"|판매\s*(?:중|하고\s*있)[가-힣]*|구하실\s*수\s*있[가-힣]*|(?<![가-힣])(?:사실|살)\s*수\s*있[가-힣]*"
    r"|재고(?:가|는|도)?\s*(?:아직\s*|현재\s*|지금\s*|충분히\s*|넉넉히\s*|많이\s*)*(?:있|남아|남은|남았|충분|넉넉|많"
    r"|보유)[가-힣]*(?:\s있[가-힣]*)?"
    r"|(?:구매|구입|주문)(?:가|이|도)?\s*(?:가능|하실 수 있|할 수 있|됩니다|돼요|되세요)[가-힣]*"
)
_SENT: Final = (
    r"(?:바로|즉시|당장|지금|오늘)\s?(?:\S+\s)?(?:출고|발송|배송|보내)(?:해|도|이)?\s?(?:드릴|가능|드려|드립|됩"
    r"|돼|되|할\s?수)"
    r"[가-힣]*(?:\s수\s있[가-힣]*)?"
    r"|\b(?:can|could|will|we'll|we)\s(?:\w+\s)?(?:ship|send|dispatch)\s(?:it|them|this|that|the [a-z\s]{1,24}?|one)"
    r"(?:\s(?:out|to you))?\s(?:today|right away|immediately|straight away|at once|now)"
    r"|\bships? (?:today|right away|immediately|straight away|at once|now)"
)
"""What can be sent at once is there; where nothing is named, that is a word on delivery."""
_SOLD_OUT: Final = (
    r"out[\s-]of[\s-]stock|sold[\s-]out|sold through|unavailable|discontinued"
    r"|(?:all|completely) gone|ran out\b|none left|no (?:more )?stock\b|(?:cannot|can't|can not) (?:currently "
    r"|now )?(?:be (?:ordered|bought|purchased)"
    r"|(?:order|buy|purchase) (?:it|this|that|one)\b(?! (?:for|with|under|below)))"
    r"|no longer (?:have|carry|stock)\b(?!\s(?:any )?(?:information|details|data))|(?:no longer|not) (?:sell"
    r"|for sale)"
    r"|다\s*팔[렸려][가-힣]*|완판|솔드\s*아웃|동이?\s*났|구하실\s*수\s*없[가-힣]*|남아\s*있지\s*않[가-힣]*"
    r"|재고(?:가|는|도)?\s*(?:현재\s*|지금\s*|모두\s*|다\s*)*(?:없|소진|떨어)[가-힣]*|(?:일시\s*)?품절|매진|절판|단종"
    r"|다\s?나[가갔][가-힣]*|(?:구매|구입|주문)(?:가|이|는|은)?\s*(?:불가|하실 수 없|할 수 없|어려|어렵"
    r"|안\s?[되돼됩됨])[가-힣]*"
)
_STOCK: Final = re.compile(
    rf"(?P<count>{_COUNT})|(?P<not>{_NOT})?(?:(?P<available>{_AVAILABLE})|(?P<sold_out>{_SOLD_OUT}))|(?P<sent>{_SENT})"
    r"|(?P<preorder>pre-?order(?:s|ed|ing)?\b|예약\s*(?:판매|구매|주문))|(?P<backorder>back-?order(?:s|ed)?\b"
    r"|입고\s*(?:예정|대기))"
)
# Not how it is but how it may become, or what is not known.
_OPEN: Final = re.compile(
    r"되기\s*전|(?:될\s)?\s?(?:걱정|염려|우려)|될\s*수|되면|되는\s*경우|되었을|인지|는지|여부|\s*(?:상품|제품|items?\b"
    r"|products?\b)[은는을를]?\s*(?:제외|빼|뺐|are left out)"
    r"|\s*시\s*(?:알림|환불)"
)
_BEFORE: Final = re.compile(r"\bbefore\s+(?:\S+\s+){0,4}$")
_DENIED: Final = re.compile(
    r"\s*(?:[이은는가도만]|상태[가는은]?|(?:된\s)?(?:건|것[이은])|되지|되어\s?있지)?\s*(?:아니|아닙|않)"
)
_GENERAL: Final = re.compile(
    r"\s*(?:한|된|인|중인)?\s*(?:(?:비슷한|다른|같은|similar|other|like)\s)?(?:상품|제품|모델|선택지|것|items?\b"
    r"|products?\b"
    r"|ones?\b|goods\b|models?\b|options?\b|choices?\b|pairs\b)"
)


@dataclass(frozen=True, slots=True)
class Stock:
    """A claim from `start` to `end`. `is_general` when it describes a kind of goods and no product."""

    start: int
    end: int
    state: State
    is_general: bool

    def holds(self, availability: str) -> bool:
        """Whether it is true of a product with this `Product.availability`. How many are left nobody knows."""
        match self.state:
            case "available":
                return availability == "in_stock"
            case "sold_out":
                return availability != "in_stock"
            case "count":
                return False
        return self.state == availability


def stocks(text: str, at: int = 0) -> Iterator[Stock]:
    """Every claim about stock in `text`, which is level (see `names.level`), from `at` on."""
    for match in _STOCK.finditer(text, at):
        kind = match.lastgroup
        if kind is None or _OPEN.match(text, match.end()) or _BEFORE.search(text, 0, match.start()):
            continue
        state: State = "available" if kind == "sent" else kind  # type: ignore[assignment]  # the groups are named so
        end = match.end()
        if denied := _DENIED.match(text, end):
            state, end = _other(state), denied.end()
        if match["not"]:
            state = _other(state)
        if not is_supposed(text, match.start(), end):
            is_general = kind == "sent" or _GENERAL.match(text, end) is not None
            yield Stock(match.start(), end, state, is_general)


def _other(state: State) -> State:
    return {"available": "sold_out", "sold_out": "available"}.get(state, state)  # type: ignore[return-value]
