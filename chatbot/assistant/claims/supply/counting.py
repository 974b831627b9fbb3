"""The words with which an answer counts products: only, all but, the rest, two of the three, the last."""

import re
from typing import Final

from chatbot.assistant.claims.goods.vocabulary import KOREAN_KINDS
from chatbot.assistant.claims.money.numbers import ENGLISH_SMALL, NATIVE_NUMBER

_ANY_NUMBER: Final = rf"(?:(?<![\w.,$€£-])\d{{1,2}}(?![\d.,%]\d|%)|{ENGLISH_SMALL})"
_KOREAN_NUMBER: Final = rf"(?:(?<![\d.,])\d{{1,2}}|{NATIVE_NUMBER})"
_GOODS: Final = r"(?:products?|items?|models?|options?|things?|ones?|choices?|picks?|goods|pairs|listings?|pieces)\b"
_KOREAN_GOODS: Final = r"(?:상품|제품|모델|선택지|옵션|물건)"
_KINDS: Final = "|".join(KOREAN_KINDS)
_COUNTER: Final = r"(?:개|가지|종류|종|제품|상품|모델|대)"
ATTRIBUTE: Final = re.compile(r"(?:in[\s-]stock|sold[\s-]out|out[\s-]of[\s-]stock|(?:un)?available)$|[된한인는은던]$")
DESCRIBED: Final = re.compile(
    rf"\s(?:\w+\s)?{_GOODS}|\s?(?:된|한|인|있는|가능한)?\s(?:{_KOREAN_GOODS}|것|건|게)(?=[은는이가을를도만 ]|$|\s)"
)
OF_SUCH_BEHIND: Final = re.compile(
    rf"\s?(?:된|한|인|있는|가능한)?\s(?:{_KOREAN_GOODS}|것|건|게)\s?(?:중|가운데)(?:에서"
    rf"|에)?[는선]?\s(?!{_KOREAN_NUMBER})"
)
OF_SUCH: Final = re.compile(
    r"(?:^|,\s|\bbut\s|\band\s)\W*(?:of|among|out of)\s(?:the\s|those\s|all\s|our\s|what\s)?(?:[a-z]+\s){0,2}"
    r"(?:(?:that|which)\s)?(?:(?:is|are|you)\s)?$"
)
NUMBER_BEFORE: Final = re.compile(
    rf"(?P<n>{_ANY_NUMBER}|{_KOREAN_NUMBER})(?:\s?{_COUNTER}(?:의)?)?\s(?:\w+ly\s)?[\"'“*]*$"
)
NUMBER_BEHIND: Final = re.compile(
    rf"\s(?P<n>{_KOREAN_NUMBER})\s?{_COUNTER}(?![가-힣]*\s?(?:중|가운데)에?서?\s(?:{_KOREAN_NUMBER}))"
)
SINGLE: Final = re.compile(r"\W*(?:it|this|that|which)\b|\W*(?:그건|그게|이건|이게)\s")
LISTED_BEHIND: Final = re.compile(r"\W*(?:is|are|now)?\W*(?:the\s|our\s|both\s)?\W*")
OF_THOSE: Final = re.compile(r"(?:그|이|둘)\s?중|\b(?:of|among) (?:those|these|them|the two)\b|\bof which\b")
OF_WHOM: Final = re.compile(r"\b(?:of|among|between)\s(?:the\s|our\s)?[\s*]*$")
OF_THEM: Final = re.compile(r"\s?(?:중|가운데)")
LABELS: Final = re.compile(r"(?:^|[/|;,.)–—])[\s*_]*$")
COLON: Final = re.compile(r"[가-힣]{0,3}[*_)]*\s?[:：]\s?")
LIST_END: Final = re.compile(
    r"[/|;.!?\n]\s|[/|;.!?\n]$|\s[-–—]\s|(?:품절|sold out|out of stock|재고 있음|in stock)\W{0,3}[:：]"
)
EXCEPT: Final = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|apart from|aside from|other than|excluding|leaving (?:aside|out)|barring"
    r"|with the exception of"
    r"|(?<=everything )but|(?<=nothing )but|(?<=all )but|(?<=none )but)\s(?:for\s)?(?:the\s"
    r"|our\s)?(?:sold[\s-]out\s|unavailable\s|out-of-stock\s)?[\s*]*$"
)
EXCEPTED: Final = re.compile(r"[*)]*[을를은는이가만]?\s?(?:제외|빼[고면]|빼놓|뺀|아니[면라]|말고|외에|외의|외엔|이외)")
NONE: Final = re.compile(rf"\b(?:none|neither|nothing|not one|not a single|no (?:other )?{_GOODS})\b")
NEITHER: Final = re.compile(r"\bneither\b")
NOT_ONE: Final = re.compile(rf"(?:하나|아무것|단\s한\s?{_COUNTER})도\s")
"""What a Korean sentence begins with that says of all that they are not so."""
THERE_IS_NONE: Final = re.compile(
    rf"\s?(?:된|한|인|있는|가능한)?\s(?:{_KOREAN_GOODS}|것|건|게)[은이도]?\s(?:현재\s|지금\s|전혀\s|따로\s|하나도\s"
    r"|아무것도\s)*없(?!나|을까|는지|냐)"
)
NOT_ALL: Final = re.compile(r"\bnot (?:all|every\w*|both|each)\b|n't all\b")
NOT_SO: Final = re.compile(r"(?:건|것[은이])\s?(?:아니|아닙)")
REST: Final = re.compile(
    r"\b(?:(?P<all>everything|everyone|anything) else|the rest|(?:all |both )?(?:of )?the (?:other|remaining)s?\b"
    rf"(?:\s(?P<n>{_ANY_NUMBER}))?|all (?:the )?others?|others\b)"
    rf"|나머지(?:\s(?P<k>{_KOREAN_NUMBER}))?|그\s?(?:외|밖)|다른\s(?:(?P<l>{_KOREAN_NUMBER})(?:\s?{_COUNTER})?"
    rf"|{_KOREAN_GOODS}|건|것|모든)"
)
ONLY_BEFORE: Final = re.compile(
    r"\b(?:only|just|solely|none but)\s(?:the\s|our\s)?[\s*\"“]*$|유일한?하?게?\s?[가-힣]*\s$"
)
ONLY_BEHIND: Final = re.compile(
    rf"[*)\"”]*(?:[은는이가])?(?:\s?\[\[[^\]]*\]\])?\s?(?:(?:{_KOREAN_NUMBER})(?:\s?{_COUNTER})?\s?)?"
    r"(?:만(?!\s?(?:원|약|큼|빼|제외)|[큼일들나])|뿐|밖에)|\salone\b|[이가]\s유일"
)
SO_MANY_BEHIND: Final = re.compile(
    rf"[*)\"”]*(?:\s?\[\[[^\]]*\]\])?,?\s(?:이렇게\s)?(?:{_KOREAN_NUMBER})(?:\s?{_COUNTER})?(?:입니다|이에요|예요|이죠"
    r"|죠|로\s)"
)
THE_ONLY: Final = re.compile(
    rf"\bthe only\s(?!two|three|thing to)|\bonly one (?=that|which|you|we)|유일한\s(?:{_KOREAN_GOODS}|것|건)"
)
OF: Final = re.compile(
    rf"(?P<only>\b(?:only|just|exactly)\s)?\b(?P<n>{_ANY_NUMBER}|both|half)\s(?:\w+\s)?(?:out\s)?of\s"
    rf"(?:(?:the|our|these|those|all)\s)?(?:(?P<m>{_ANY_NUMBER})\b)?"
    rf"|out of (?:the |our |all )?(?P<m2>{_ANY_NUMBER})\b[^,;]{{0,30}},\s(?:only |just )?(?P<n2>{_ANY_NUMBER})\b"
    rf"|(?P<only3>\b(?:only|just|exactly)\s)(?P<n3>{_ANY_NUMBER})\s(?:\w+\s){{0,2}}?{_GOODS}"
    rf"|(?P<m4>{_KOREAN_NUMBER})\s?{_COUNTER}?(?:의)?\s?{_KOREAN_GOODS}?\s?(?:중|가운데)(?:에서?)?는?\s"
    rf"[^.]{{0,12}}?(?P<n4>{_KOREAN_NUMBER})\s?{_COUNTER}?(?P<only4>만|뿐|밖에)?"
)
"""So many, and mostly of how many."""
OF_GOODS: Final = re.compile(
    rf"(?:(?:only|just)\s)?{_ANY_NUMBER}\s(?:of (?:the|our|these|those)\s)?(?:\w+\s)?{_GOODS}\s(?:is|are|we|you|in)\b"
)
THE: Final = re.compile(
    rf"\b(?:the|these|those|our|all)\s(?P<n>{_ANY_NUMBER})\b(?!\s(?:of|days?|weeks?|hours?|percent|dollars?))"
    rf"|(?P<k>{_KOREAN_NUMBER})\s?(?:개|가지|제품|상품|모델)(?:의\s?{_KOREAN_GOODS})?"
    r"(?!\s?(?:의\s)?(?:색|컬러|모드|방식|크기|사이즈|이유|장점|특징|기능|팁|버전))"
    r"|(?<![가-힣])(?P<l>둘|셋)(?=[은이다 ])"
)
BARE: Final = re.compile(
    rf"(?:^|,\s|\band\s)\W*(?P<n>{_ANY_NUMBER})(?:\s(?:of them|(?:\w+\s){{0,2}}?{_GOODS}))?\s(?:is|are|can|has|have)\b"
    r"|(?<![가-힣])(?P<k>하나|둘|셋)[은는가이]\s"
)
"""Who is no more than counted: one is sold out."""
ARE: Final = re.compile(
    rf"\s?(?:된|한|인|있는|가능한)?\s(?:{_KOREAN_GOODS}|것|건)[은는이]?\s(?:모두\s|총\s|단\s|딱\s|현재\s)*"
    rf"(?P<n>{_KOREAN_NUMBER})(?:\s?{_COUNTER}|(?=뿐|밖에|만|입니다|이에요|예요|이고|인데))"
)
PLACE: Final = re.compile(
    r"\bthe (?P<place>first|last|second|third|former|latter|final)(?:\s(?P<n>two|three|one|ones|product|item|option))?"
    r"\b(?!\s(?:time|thing|choice|pick|pair|piece|few|day|week))"
    rf"|(?P<front>(?<![가-힣])앞(?:의|에)?)\s?(?:말씀드린\s|있는\s|나온\s|소개한\s)?(?P<k>{_KOREAN_NUMBER})"
    rf"|(?P<back>(?<![가-힣])뒤(?:의|에)?)\s?(?P<l>{_KOREAN_NUMBER})|(?P<nth>첫|두|세)\s?번째(?!로)"
    rf"|(?P<final>마지막)(?:\s?(?:{_KOREAN_GOODS}|것|건))?[은는이가]|(?P<fore>전자)[은는가]|(?P<aft>후자)[은는가]"
)
PLACES: Final = {
    "first": 0, "former": 0, "second": 1, "third": 2, "last": -1, "latter": -1, "final": -1, "첫": 0, "두": 1, "세": 2,
}  # fmt: skip
ALL: Final = re.compile(
    r"\bboth\b|\beverything\b|\b(?:whichever|whatever|any) of\b|\b(?:every|each)\s(?:single\s)?(?:of\b|is\b"
    r"|one\b|(?:\w+\s)?"
    rf"{_GOODS})|\ball\b(?!-)"
    r"(?=\s?$|\s(?:of|are|have|can|could|be|in|sold|out|available|ready|currently|still|now|two|three|four|five|the|our"
    rf"|these|those|my|(?:\w+\s)?{_GOODS})(?:\s|$))"
    rf"|모두|전부|둘\s?다|셋\s?다|(?<![가-힣])다(?=\s(?!팔|나[가갔]))|(?<![가-힣])(?:모든"
    rf"|전)\s?(?:{_KOREAN_GOODS}|것|게|{_KINDS})"
)
PAIR: Final = re.compile(r"\bboth\b|둘\s?다")
