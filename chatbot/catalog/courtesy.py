"""Messages that are nothing but polite: a greeting, thanks, a farewell."""

import re
from typing import Final

_ENGLISH: Final = (
    "hi hiya hello hey sup good morning afternoon evening thanks thank you so very much a lot ok okay kk great "
    "cool perfect awesome nice lovely excellent wonderful got it bye goodbye see ya later for your the help "
    "that's that helps helped all no not now there everyone nope alright sounds appreciate have day one "
    "welcome sorry never mind nevermind i i'll i'm done think about will again really just and "
    "aha"
)
_KOREAN: Final = (
    "하이 ㅎㅇ 헬로 헬로우 그래 아하 오호 네 넵 넹 네네 응 예 아 오 와 음 오케이 오키 ㅇㅋ ㄱㅅ 정말 "
    "진짜 너무 많이 잘 도움이 도움 다음에 올게요 또 그럼 이만 나중에 아니요 아니 안 살게요 생각해볼게요 "
    "덕분에 친절하시네요 잘가"
)
_POLITE: Final = frozenset((*_ENGLISH.split(), *_KOREAN.split()))
_BEGINNINGS: Final = (
    "안녕",
    "감사",
    "고마",
    "고맙",
    "반갑",
    "반가워",
    "수고",
    "땡큐",
    "알겠",
    "알았",
    "됐",
    "봤",
    "되었",
    "좋",
    "괜찮",
)
"""How a polite Korean word begins, whatever it ends with."""
_LAUGHS: Final = re.compile(r"[ㅋㅎㅠㅜ]+|he+y+")
_HOW_ARE_YOU: Final = re.compile(
    r"\bhow(?:['’]s|\s+is|\s+are)\s+(?:you|it|things|everything)\b(?:\s+(?:going|doing|today))*"
)
_COURTEOUS: Final = re.compile(
    r"\b(?:hi|hiya|hello|sup|he+y+|morning|afternoon|evening|thanks|thank|ok|okay|great|cool|perfect|awesome|bye|goodbye"
    r"|got\s+it|no|nope|alright|excellent|wonderful|that['’]s\s+all)\b"
    r"|^\W*(?:하이|ㅎㅇ|헬로우?)|안녕|감사|고마|고맙|반갑|반가|수고|땡큐|오케이|오키|ㅇㅋ|ㄱㅅ|알겠|알았|됐",
    re.IGNORECASE,
)
"""What makes a message merely polite: "네" alone may answer a question, and "좋아요" too."""
_EDGES: Final = "?^-;:\"'()"


def is_courtesy(text: str) -> bool:
    """Whether nothing but a greeting, thanks or a farewell is said."""
    text = _HOW_ARE_YOU.sub("hello", text.casefold().replace("’", "'"))
    words = [word.strip(_EDGES) for word in re.split(r"[\s,.!~]+", text)]
    return bool(_COURTEOUS.search(text)) and all(
        not word or word in _POLITE or word.startswith(_BEGINNINGS) or _LAUGHS.fullmatch(word) for word in words
    )
