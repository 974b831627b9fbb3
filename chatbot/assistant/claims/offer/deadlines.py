"""That an offer ends, or that a price rises: by a day, soon, or when the sale is over. Nobody promised any of it."""

import re
from collections.abc import Iterator
from typing import Final

_OFFER: Final = (
    r"(?:sales?|(?<!we )(?<!can )(?<!to )offers?|deals?|discounts?|promotions?|promos?|markdowns?|reductions?"
    r"|\d+\s?(?:%|percent) off"
    r"|(?:reduced |sale |special )?prices?)\b"
)
_DAY: Final = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|midnight|tonight|tomorrow|today|the weekend|the end|(?:this|next"
    r"|the) (?:week|month"
    r"|weekend|day)|\d{1,2}(?:st|nd|rd|th)?\b(?=\s(?:of\s)?[a-z]+)|january|february|march|april|june|july|august"
    r"|september|october"
    r"|november|december|(?:a few|\d+|two|three) (?:hours?|days?|weeks?))"
)
_KOREAN_OFFER: Final = r"(?:할인|세일|특가|행사|이벤트|프로모션|혜택|기회|가격|값|판매가)[가율]?"
_KOREAN_DAY: Final = (
    r"(?:오늘|내일|모레|이번\s?(?:주말?|달|월)|다음\s?(?:주|달)|주말|금주|월말|이달|\d+월(?:\s?\d+일|\s?초|\s?중순|\s?말)?|[월화수목금토일]요일|자정"
    r"|며칠)"
)
_ENDS: Final = r"(?:끝(?:나|납|날|난)|(?:종료|마감)[되됩돼될된]|사라[지집]|없어[지집])"
_RISES: Final = r"(?:올라|오[르릅를른]|인상|돌아[가갑간]|복귀|환원|되돌|비싸[지져집진질])"
_DEADLINE: Final = re.compile(
    rf"{_KOREAN_OFFER}[은는이가도]?\s[^.!?]{{0,16}}?{_KOREAN_DAY}(?:까지|만\b|에\s?(?:끝|종료|마감))"
    rf"|{_KOREAN_OFFER}[은는이가도]?\s(?:(?!언제)\S+\s){{0,5}}?{_ENDS}"
    rf"|(?:{_KOREAN_DAY}|\d+일)(?:까지만?|만)\s?[^.!?]{{0,30}}(?:할인|세일|특가|행사|이\s가격)"
    rf"|{_KOREAN_DAY}(?:[이가]?\s?(?:지나|넘|끝나)|\s?(?:이후|부터|뒤))[^.!?]{{0,40}}?{_RISES}"
    rf"|(?:가격|값|정가|원)[은는이가도로으에]*\s(?:\S+\s){{0,4}}?(?:다시|도로|원래대로|곧)\s(?:\S+\s){{0,3}}?{_RISES}"
    rf"|(?:다시|도로|원래대로|곧)\s(?:\S+\s){{0,3}}?(?:가격|값|정가|원)[은는이가도로으에]*\s(?:\S+\s){{0,2}}?{_RISES}"
    r"|(?:한정\s?(?:기간|시간)|(?:기간|시간)\s?한정)"
    rf"|\b{_OFFER}[^.!?]{{0,60}}?\b(?:until|till|through|by|before|past)\s(?:the end of )?(?:this |next |on "
    rf"|coming )*{_DAY}"
    rf"|\b{_OFFER}(?!\s(?:\$|€|£|₩)?\d)[^.!?,;]{{0,60}}?\b(?:ends?\b(?!\sup|\swith|\sin\b)|ending\b|expires?\b"
    rf"|runs? out\b|is (?:only )?valid"
    r"|is over\b(?! [$\d])|goes away|going away|won't last|(?<!battery )lasts?\s(?:only|just|until|till|through|for))"
    rf"|\b{_OFFER}\s[^.!?]{{0,40}}?(?:goes|going to go|will(?: soon)? go|'ll go) (?:back )?up\b"
    rf"|\b{_OFFER}[^.!?]{{0,40}}?\b(?:will|is going to|is about to|is set to) (?:soon )?(?:rise|increase|climb|jump)\b"
    rf"|\b(?:after|from|until|before|by)\s(?:this |next |on )*{_DAY}[^.!?]{{0,50}}?\b(?:back (?:up )?to|full price"
    rf"|regular price|more expensive)"
    r"|\b(?:(?:go(?:es)?|going) (?:right )?back|(?:climbs?|rises?|jumps?|reverts?|returns?|bounces?|creeps?)(?: back)?)"
    r" (?:up )?(?:to|by) (?:its |the )?"
    r"(?:[$€£₩]\s?\d|\d[\d,.]* (?:won|dollars)|(?:regular|full|usual|normal|original|list) price)"
    r"|(?:today|tonight|this week(?:end)?|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)[\s-]only"
    r"|limited[\s-]time"
    r"|until (?:the end of )?(?:tonight|midnight|tomorrow|this week(?:end)?|\w+day) only"
)


def deadlines(text: str) -> Iterator[tuple[int, int]]:
    """Every such claim in `text` (see `names.level`), from where to where it stands."""
    for match in _DEADLINE.finditer(text):
        yield match.span()
