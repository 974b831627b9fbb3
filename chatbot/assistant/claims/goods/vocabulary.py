"""Words by which names of goods are told from other words: well-known makers, standards, kinds of goods, versions."""

import re
from typing import Final

_KOREAN_MAKERS: Final = """
소니 젠하이저 삼성 애플 에어팟 버즈 엘지 비츠 마샬 앤커 사운드코어 샤오미 레드미 화웨이 자브라 필립스 파나소닉
로지텍 하만카돈 뱅앤올룹슨 오디오테크니카 슈어 제이비엘 큐씨와이 브리츠 아이리버 프리버즈 나이키 아디다스 푸마 리복
아식스 뉴발란스 컨버스 호카 미즈노 휠라 스케쳐스 살로몬 다이슨 레노버 캐논 니콘 고프로 가민 노스페이스 파타고니아
닌텐도 소노스
"""
_LATIN_MAKERS: Final = """
sony bose jbl sennheiser samsung apple airpods beats marshall anker soundcore xiaomi redmi huawei jabra skullcandy
philips panasonic lg logitech razer corsair hyperx steelseries beyerdynamic akg audio-technica shure edifier tozo
soundpeats earfun qcy sonos harman klipsch jaybird plantronics oneplus realme oppo freebuds quietcomfort nike adidas
puma reebok asics hoka converse mizuno fila skechers salomon saucony dyson lenovo asus acer dell canon nikon
fujifilm gopro garmin fitbit bosch braun lego ikea patagonia nintendo
"""
KOREAN_MAKERS: Final = tuple(_KOREAN_MAKERS.split())
LATIN_MAKERS: Final = frozenset(_LATIN_MAKERS.split())
DEVICE: Final = re.compile(
    r"^(?:의)?\s?(?:스마트폰|휴대폰|핸드폰|폰|기기|태블릿|노트북|tv|컴퓨터|페이|앱)"
    r"|^(?:'s)?\s(?:(?:(?:and|or)\s\w+\s)?(?:phones?|smartphones?|devices?|tablets?|laptops?|tvs?|computers?|users?"
    r"|pay)\b|galaxy(?!\sbuds))"
)
"""What stands behind a maker's name where something of the shopper's own is meant, which goods work with."""
STANDARD: Final = re.compile(
    r"ip[x\d]?\d{1,2}k?|mp[34]|mp3s?|h\.?26[45]|usb\d?(?:\.\d)?|usb-?[abc]\d?|hdmi\d?|wi-?fi\d?[a-z]?|bt\d(?:\.\d)?"
    r"|ps[345]|a[2-6]|b[45]"
    r"|aa+\d?|co2|h2o|spf\d+|uv\d*|[345]g|4k|8k|r\d{2}|e\d{2}|m\d{1,2}|qc\d(?:\.\d)?|pd\d(?:\.\d)?|s\d{2}|ios\d+"
    r"|android\d+|iphone\d*"
    r"|windows\d+|win1[01]|v\d(?:\.\d)?|ver\d|type-?c|covid-?19|no\d+|nr\d+|x\d{1,2}|b2b|p\d|k\d"
)
KINDS: Final = """
headphones headphone headset headsets earphones earphone earbuds earbud buds speaker speakers soundbar microphone
amplifier turntable shoes sneakers boots sandals jacket backpack watch smartwatch laptop tablet keyboard mouse
monitor charger cable
"""
"""Kinds of goods that names end with."""
_KOREAN_KINDS: Final = """
이어폰 헤드폰 헤드셋 이어버드 스피커 사운드바 마이크 앰프 운동화 러닝화 부츠 샌들 재킷 배낭 시계 스마트워치
노트북 태블릿 키보드 마우스 모니터 충전기
"""
KOREAN_KINDS: Final = frozenset(_KOREAN_KINDS.split())
COMMON: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "he",
        "she",
        "they",
        "we",
        "you",
        "i",
        "my",
        "our",
        "your",
        "their",
        "his",
        "her",
        "and",
        "or",
        "but",
        "so",
        "if",
        "when",
        "while",
        "with",
        "without",
        "for",
        "from",
        "to",
        "of",
        "in",
        "on",
        "at",
        "by",
        "as",
        "both",
        "all",
        "each",
        "every",
        "no",
        "not",
        "yes",
        "sure",
        "here",
        "there",
        "what",
        "which",
        "who",
        "how",
        "why",
        "where",
        "also",
        "even",
        "just",
        "only",
        "still",
        "then",
        "than",
        "now",
        "today",
        "please",
        "feel",
        "let",
        "hi",
        "hello",
        "hey",
        "well",
        "great",
        "good",
        "nice",
        "best",
        "top",
        "our",
        "in-ear",
        "over-ear",
        "on-ear",
        "wireless",
        "wired",
        "portable",
        "compact",
        "true",
        "noise",
        "cancelling",
        "canceling",
        "cancellation",
        "active",
        "bluetooth",
        "low",
        "energy",
        "dolby",
        "atmos",
        "android",
        "google",
        "assistant",
        "siri",
        "alexa",
        "usb",
        "usb-c",
        "type-c",
        "hi-res",
        "hi-fi",
        "hifi",
        "audio",
        "sound",
        "aptx",
        "ldac",
        "aac",
        "sbc",
        "anc",
        "enc",
        "led",
        "lcd",
        "oled",
        "edm",
        "fm",
        "am",
        "tv",
        "pc",
        "mac",
        "ios",
        "iphone",
        "ipad",
        "macbook",
        "windows",
        "linux",
        "wifi",
        "wi-fi",
        "nfc",
        "gps",
        "rgb",
        "xl",
        "black",
        "white",
        "navy",
        "blue",
        "red",
        "green",
        "grey",
        "gray",
        "silver",
        "gold",
        "pink",
        "rose",
        "midnight",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "korea",
        "korean",
        "english",
        "seoul",
        "price",
        "product",
        "stock",
        "shipping",
        "delivery",
        "returns",
    ]
)
"""Words with a capital that name no product."""
QUALITIES: Final = frozenset({"wireless", "wired", "portable", "compact"})
"""Those of them by which one product differs from another."""
VERSIONS: Final = frozenset(
    [
        "pro",
        "max",
        "plus",
        "ultra",
        "lite",
        "mini",
        "se",
        "air",
        "neo",
        "deluxe",
        "edition",
        "limited",
        "gen",
        "generation",
        "ii",
        "iii",
        "iv",
        "xl",
        "xs",
        "prime",
        "elite",
        "studio",
        "sport",
    ]
)
KOREAN_VERSION: Final = re.compile(
    r"\s?(?:프로(?!그|젝|세|필|모션|듀)|맥스|플러스(?!\s?알파)|울트라|라이트(?!닝|하)|미니(?!멀)|에어(?!컨|백|로)"
    r"|네오|디럭스|에디션|스페셜"
    r"|엘리트|[2-9]\s?세대|[2-9](?=[은는이가을를도]\s)|(?:pro|max|plus|ultra|lite|mini|se|air|neo|ii|x"
    r"|[2-9])(?=[은는이가을를도와과의\s,.(]"
    r"|$))"
)
"""What makes another product's name of one, where it stands behind it."""
KOREAN_QUALITY: Final = re.compile(
    r".*(?:[은는이가을를의에로도와과한운할된인용형적던년면고서게요나든만큼급풍식]|까지|부터|보다|처럼|다운|없이|있는"
    r"|없는|좋은)$"
    r"|무선|유선|블루투스|게이밍|오픈|인기|추천|신상|고급|저가|가성비|프리미엄|미니|휴대|다른|이런|그런|저런|두|세|새"
    r"|첫|모든|각|해당|비슷|일반"
    r"|전용|노이즈|캔슬링|운동|출퇴근|통근|여행|캠핑|등산|러닝|달리기|게임|사무실|업무|공부|수면|선물|음악|영화|통화"
    r"|방송|녹음|야외|실내|가정"
    r"|거실|책상|아이|어린이|학생|여성|남성|커플|소형|대형|중형|방수|접이식|밀폐|개방|커널|고음질|저음|스마트|디지털"
    r"|카페|비즈니스|입문|초보|전문가"
    r"|기본|베스트|데일리|컴퓨터|휴대폰|스마트폰|아이폰|갤럭시|안드로이드|차량|자동차|욕실|침실|우리|저희|매장|대신|그리고"
    r"|또는|혹은|및|역시|바로|지금"
)
"""Words before a kind of goods that say how it is or what for, and are no name."""
