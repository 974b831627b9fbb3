"""The words, signs and numbers with which a claim may begin."""

from typing import Final

KOREAN: Final = """
품절 매진 절판 단종 완판 솔드 재고 입고 재입고 예약 구매 구입 주문 판매 남은 남았 남아 남지 마지막 한정 수량 배송
배달 도착 발송 출고 수령 받아 받으 받을 보내 택배 무배 내일 익일 다음날 오늘 당일 모레 글피 로켓 총알 퀵 무료 공짜
반값 반가격 절반 할인 세일 특가 쿠폰 코드를 증정 사은품 덤으로 하나더 적립 캐시백 포인트 마일리지 반품 환불 교환
취소 미개봉 영수증 보증 무상 수리 평생 최저가 무이자 할부 착불 무통장 계좌이체 카카오 네이버페 회원 멤버십 가입하
신규 첫구매 학생 묶음 전액 언제든 묻지도 무조건 하루 이틀 사흘 나흘 닷새 열흘 보름 사나흘 반나절 일주일 다음달 해외
픽업 선물포장 체험 영업 상담 운영 연중 평일 주말 매일 공휴일 요일 정오 자정 타임 판매가 정가 금액 최소 저렴 비싸 반의반
비싼 비쌉 비쌌 이튿날 구하실 쌉니 예산 가성비 품질보 팔렸 팔려 매장 행사 이벤트 프로모션 브랜드 사운드바
"""
LATIN: Final = """
stock sold available unavailable discontinued selling almost limited preorder ship ships shipped shipping postage
deliver delivers delivered delivery arrive arrives arriving dispatch tomorrow today tonight overnight free half
discount discounted sale special clearance flash coupon voucher promo cashback gift bogo return returns refund
refunds exchange nonrefund warranty guarantee lifetime lowest price prices cost costs priced interest usd krw eur
gbp jpy http https www save receive backorder loyalty reward bonus points express fully reduced marked cheap
expensive affordable pricier dearer twice double triple restock replenish regardless whatever minimum
purchase checkout unopened unused newsletter membership student bundle instal klarna paypal worldwide internation
overseas pickup repair trial weekend weekday midnight left gone shelf shelves handful monday tuesday wednesday
thursday friday saturday sunday final budget cannot hardly priciest dearest costlier costliest highest
thrown complimentary qualif eligible threshold competitor undercut whenever neither saving savings economical wallet
carry carries sell sells
"""
_SPAN_SO_FAR: Final = "|".join(
    f"{word[:length]}{'$' if length < len(word) else ''}"
    for word in ("day", "week", "month", "year", "single", "couple", "whole", "full", "mere", "good")
    for length in range(len(word), 0, -1)
)
# So common that they begin a claim only together with what follows. `~` is a word that is not whole yet.
KOREAN_ONLY_WITH: Final = {
    "값": r"값(?:$|[은이도])",
    "곧": r"곧\s?(?:$|품|입|재|다)",
    "이달": r"이달\s?(?:$|말|중|안)",
    "이번": r"이번\s?(?:$|주|달)",
    "다음": r"다음\s?(?:$|주|달|날)",
    "다시": r"다시\s?(?:$|입|들|판|만|구)",
    "다": r"(?<![가-힣])다\s?(?:$|팔|나[가갔])",
    "얼마": r"얼마\s?(?:$|안|남|를|나|든)",
    "거의": r"거의\s?(?:$|다|소|품|팔|없)",
    "바로": r"바로\s?(?:$|사|살|구|주|배|받)",
    "사실": r"사실\s?(?:$|수)",
    "살": r"(?<![가-힣])살\s?(?:$|수)",
    "첫": r"첫\s?(?:$|구|주)",
    "전": r"(?<![가-힣])전\s?(?:$|상|제|품)",
    "모든": r"모든\s?(?:$|주|상|제|구)",
    "아무리": r"아무리\s?(?:$|적|작)",
    "선물": r"선물\s?(?:$|포)",
    "두": r"(?<![가-힣])두\s?(?:$|배|번|달|주|시|개|대|켤)",
    "한": r"(?<![가-힣])한\s?(?:$|달|주|시|개|대|켤)",
    "세": r"(?<![가-힣])세\s?(?:$|배|번|달|주|시|개|대|켤)",
    "다섯": r"(?<![가-힣])다섯\s?(?:$|개|대|켤|벌|세|종|가지|곳)",
    "여섯": r"(?<![가-힣])여섯\s?(?:$|개|대|켤|벌|세|종|가지|곳)",
    "일곱": r"(?<![가-힣])일곱\s?(?:$|개|대|켤|벌|세|종|가지|곳)",
    "여덟": r"(?<![가-힣])여덟\s?(?:$|개|대|켤|벌|세|종|가지|곳)",
    "고쳐": r"(?<![가-힣])고쳐\s?(?:$|드)",
    "차액": r"(?<![가-힣])차액",
    "잔여": r"(?<![가-힣])잔여",
    "함께": r"(?<![가-힣])함께\s?(?:$|드|챙|담|사시|구|주)",
    "맞춰": r"(?<![가-힣])맞춰\s?(?:$|드|판)",
    "네": r"(?<![가-힣])네\s?(?:$|배|달|주|시|개|대|켤|종|가지|곳)",
    "배": r"(?<![가-힣])배\s?(?:$|가|나|정|비)",
    "문": r"문을?\s?(?:$|앞|열|닫)",
    "싸": r"(?<![가-힣])싸(?:$|[요고서니지며면다답졌진져네죠게더거])",
    "돈": r"(?<![가-힣])돈[이도은]?\s?(?:$|[더덜])",
    "싼": r"(?<![가-힣])싼\s?(?:$|것|건|게|쪽|제|상|이|헤|편)",
    "가장": r"(?<![가-힣])가장\s?(?:$|[싼싸쌉비저낮높부알착돈값])",
    "제일": r"(?<![가-힣])제일\s?(?:$|[싼싸쌉비저낮높부알착돈값])",
    "낮은": r"(?<![가-힣])낮은\s?(?:$|가|값|곳)",
    "더": r"(?<![가-힣])더\s?(?:$|싼|싸|쌉|비|저|낮|높)",
    "같은": r"같은\s?(?:$|가격|값)",
    "드려": r"(?<![가-힣])드려",
    "드립": r"(?<![가-힣])드립",
    "드릴": r"(?<![가-힣])드릴",
    "고객님께": r"(?<![가-힣])고객님께",
    "기프티콘": r"(?<![가-힣])기프티콘",
    "고르시면": r"(?<![가-힣])고르시면",
    "사시면": r"(?<![가-힣])사시면",
    "후기": r"(?<![가-힣])후기",
    "리뷰": r"(?<![가-힣])리뷰",
    "분께": r"(?<![가-힣])분께",
    "분들께": r"(?<![가-힣])분들께",
    "돌려": r"(?<![가-힣])돌려\s?(?:$|보|드)",
    "새벽": r"새벽\s?(?:$|배송|도착|에)",
    "저희": r"저희\s?(?:$|숍|샵|쇼핑|가게|상점에|가\s?(?:$|다루|취급|판))",
    "가격": r"가격[은이도:]?\s?(?:$|[\d은이도:같동내떨가제더낮높순덜])|가격(?:에|으로|을)\s?(?:$|맞|드|판|똑|동)",
}
LATIN_ONLY_WITH: Final = {
    "in": r"in[\s-](?:~|st|a\s(?:~|da|we|mo|ho|co|fe|fo))",
    "a": rf"a\s(?:$|{_SPAN_SO_FAR})",
    "within": r"within\s(?:~|the|an?\b|ho|da|mi)",
    "we": r"we\s(?:~|incl|add|thr|give|pay|cov|pop|sli|tuc|sen)",
    "we'll": r"we'll\s(?:~|also|incl|add|thr|give|pay|cov|pop|sli|tuc|sen|pac|even)",
    "day": r"day\s(?:~|or\b|and\s(?:n|$))",
    "out": r"out[\s-](?:~|of)",
    "back": r"back[\s-]?(?:~|in|order|next|on|by|soon|with|short|again|lat)",
    "last": r"last\s(?:~|one|piece|item|unit|pair|two|three|four|five|six|few|\d)",
    "only": r"only\s(?:~|\d|one|two|three|four|five|six|seven|eight|nine|ten|a\s|acc)",
    "just": r"just\s(?:~|\d|one|two|three|four|five|six|seven|eight|nine|ten|a\s)",
    "few": r"few\s(?:~|left|rem|pair|unit|day|week|hour)",
    "couple": r"couple\s(?:~|of)",
    "still": r"still\s(?:~|have|sell|in\s|av)",
    "running": r"running\s(?:~|low|out)",
    "low": r"low\s(?:~|in|on)",
    "next": r"next[\s-](?:~|day|business|week|month|mon|tue|wed|thu|fri|sat|sun)",
    "same": r"same[\s-](?:~|day|price|amount)",
    "while": r"while\s(?:~|stock|suppl)",
    "not": r"not\s(?:~|in|av|cu|ye|so|on|di|re|ex|el|ma|part|for|a)",
    "no": r"no\s(?:~|de|sh|qu|lo|in|ma|mi|sa|di|re|po|ex|mo|st|ti)",
    "match": r"match(?:es|ed|ing)?\s(?:~|any|that|their|the\s|every|it\b|a\s|lower|other|pri|against)",
    "beat": r"beat\s(?:~|any|that|their|the\s|every|it\b|a\s|lower|other|pri)",
    "number": r"number\s(?:~|left|of|rem|in|av)",
    "down": r"down\s(?:~|to)",
    "non": r"non[\s-](?:~|re)",
    "isn't": r"isn't\s(?:~|in|av|on|di|re)",
    "aren't": r"aren't\s(?:~|in|av|on|di|re)",
    "can't": r"can't\s(?:~|be|go|tak|acc|sen|ret|ref|exc)",
    "limited": r"limited[\s-](?:~|ti|st)",
    "this": r"this\s(?:~|week|month|eve|aft|mor)",
    "can": r"can\s(?:~|st|be|or|bu|pu|ex|re)",
    "buy": r"buy\s(?:~|one|two|three|1|2|3|it|them|the|both|now)",
    "order": r"order\s(?:~|it|them|the|one|now|either|your|right|ships|both|of)",
    "orders": r"orders\s(?:~|of|over|ship|are|above|under)",
    "get": r"get\s(?:~|it|them|free|a free|a se|one)",
    "money": r"money[\s-](?:~|back)",
    "by": r"by\s(?:~|a\s(?:~|th|qu|fi|te|ha)|this|that|noon|eve|the\s|dawn|mon|tue|wed|thu|fri|sat|sun|to)",
    "at": r"at\s(?:~|no|you|full)",
    "full": r"full[\s-](?:~|price|ref|amount|mo|we|ye)",
    "comes": r"comes\s(?:~|with)",
    "throw": r"throw\s(?:~|in)",
    "pre": r"pre-?(?:~|o)",
    "ready": r"ready\s(?:~|to)",
    "cash": r"cash\s?(?:~|b|on)",
    "reach": r"reach(?:es)?\s(?:~|y|us|our)",
    "contact": r"contact\s(?:~|us|our)",
    "open": r"open\s(?:~|\d|at|ar|ro|ev|al|on|un|ti|fr|da|mo|se|tw)",
    "opens": r"opens\s(?:~|at|from|on|ev)",
    "closes": r"closes\s(?:~|at|from|on|ev)",
    "closed": r"closed\s(?:~|on|at|for)",
    "around": r"around\s(?:~|the)",
    "round": r"round\s(?:~|the)",
    "every": r"every\s(?:~|bu|cu|or|pu|da|si|pr|it|we)",
    "all": r"all\s(?:~|or|pu|sa|it|pr|day)",
    "any": r"any\s(?:~|or|re|ti|pu)",
    "misses": r"misses\s(?:~|out|the|free)",
    "never": r"never\s(?:~|clos)",
    "each": r"each\s(?:~|cu|bu|or|pu)",
    "first": r"first[\s-](?:~|or|pu|ti)",
    "sign": r"sign\s(?:~|up)",
    "members": r"members\s(?:~|get|save|rec|pay)",
    "pay": r"pay\s(?:~|yo|la|by|wi|on|in|th|fu)",
    "pick": r"pick[\s-](?:~|up|it|them)",
    "code": r"code\s(?:~|[a-z]+\d|at)",
    "third": r"third\s(?:~|off|of|le|ch)",
    "cut": r"cut\s(?:~|by|in|to|from)",
    "plenty": r"plenty\s(?:~|of|left|in)",
    "quarter": r"quarter\s(?:~|off|of|le|ch)",
    "fifth": r"fifth\s(?:~|off|of|le|ch)",
    "times": r"times\s(?:~|as|mo|the)",
    "less": r"less\s(?:~|exp|than|for)",
    "more": r"more\s(?:~|exp|aff|th|for)",
    "change": r"change\s(?:~|your)",
    "send": r"send\s(?:~|it|them)",
    "however": r"however\s(?:~|sm|li|mu)",
    "original": r"original\s(?:~|pa)",
    "daily": r"daily\s(?:~|fr)",
    "makes": r"makes\s(?:~|an?\s)",
    "none": r"none\s(?:~|of)",
}
NUMBERS: Final = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
"""
COUNTED: Final = (
    r"[\s-](?:and\s)?(?:[a-z]{0,8}$|dollar|won\b|buck|euro|pound|yen|cent|percent|per\s(?:cent|[a-z]{0,3}$)|day|hour"
    r"|week|month|year"
    r"|left|pairs?\b|sets?\b|units?\b|pieces?\b|am\b|pm\b"
    r"|a\.m|p\.m|in\s(?:the|th?$|$)|o'cl|pairs?\sleft|products?\b|brands?\b|kinds?\b|types?\b|models?\b|business"
    r"|working|hundred"
    r"|thousand|one|two|three|four|five|six|seven|eight|nine|to\b|or\b|hal(?:f|ves)|thirds?\b|quarter|fifth|tenth)"
)
NEW_WORD: Final = "(?<![가-힣])"
SINO_DIGITS: Final = "일이삼사오육칠팔구십백천만억"
SINO: Final = (
    r"(?<![가-힣])[일이삼사오육칠팔구십백천만억]+\s?"
    r"(?:[일이삼사오육칠팔구][십백천만]?[일이삼사오육칠팔구십백천]*\s?)?(?:$|원|퍼센|프로|일\s|일이|일에|일만|주\s"
    r"|개월|년|분의)"
)
# A number is money, a share, a time or a rest only by what follows it.
NUMERAL: Final = (
    r"\d[\d,]*(?:\.\d+)?(?:\s?[-~–]\s?\d+)?[\s-]?(?:$|[.,]$|[원만천백십억%$€£¥₩k+:일월시주개점대벌켤달년분엔유불퍼프파]"
    r"|thous|mill|dol|buck|won\b|usd|krw|eur|gbp|pound|jpy|yen|per|day|hour|hr|week|month|year|min|busi|work"
    r"|left|rem|units|/(?:$|7)|cent"
    r"|in\s(?:$|st|the)|am\b|pm\b|a\.?m|p\.?m|to\b|or\b|에서|[a-z]{1,5}$)|\d{1,3}(?:,\d{3})+|\d{4,}|\d{1,4}-\d{3}"
    r"|(?<=[a-z])\d|(?<=[a-z]-)\d"
)
