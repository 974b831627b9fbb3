"""What shoppers say around the thing that they want, in English and Korean, and how to take it away.

Only whole words and known phrases go, and only on the side of the question: product text keeps every word.
"""

import re
from typing import Final

from chatbot.catalog.endings import plain, unglued

_ENGLISH: Final = re.compile(
    r"""\b(?:
        # greetings, thanks and what else opens a sentence
        (?:hi|hiya|hello|hey)(?:\s+there)? | good\s+(?:morning|afternoon|evening) | please | asap
      | (?<!\w\s)(?:hm+|nah|um+|uh+|oh|ah|well|so|yeah|yes|yep)(?=[\s,.!]|$)
      | (?:thanks?(?:\s+you)?|thank\s+you)(?:\s+(?:so|very)\s+much|\s+a\s+lot|\s+in\s+advance)?
      | (?:forget|nevermind|never\s+mind)(?:\s+(?:it|that|those|them))? | actually | ok(?:ay)? | maybe | let['’]?s\s+say
        # the shop is asked
      | (?:can|could|would|will)\s+(?:you|i|we)(?:\s+(?:guys|happen\s+to|also|please|maybe))*
        (?:\s+(?:have|see|get|find|buy|help|look\s+at|show|give|tell)(?:\s+(?:me|us))?)*
      | (?:do|does|did)\s+(?:you|your\s+(?:shop|store)|anyone)(?:\s+(?:guys|all|happen\s+to|also|still|currently))*
        (?:\s+(?:have|sell|carry|stock|know|offer|got|do))?(?:\s+(?:if|whether)\b)?
      | (?:have\s+)?you(?:\s+guys|['’]ve)?\s+(?:have|got|sell|carry|stock|offer|recommend|suggest)(?:\s+(?:any|some))?
      | (?:have\s+)?got(?=\s+(?:any|some|a|an|this|that|these|those|it)\b) | you\s+have
      | (?:show|find|give|get|tell|help|recommend|suggest|send)\s+(?:me|us)(?:\s+(?:about|find|choose|pick))?
      | (?<!\w\s)show(?=\s+(?!me\b|us\b)\w) | let\s+me\s+(?:see|have)
      | (?:(?<!\w\s)|(?<=please\ ))(?:find|list)(?=\s+(?:an?|all|some|any|the)\b)
      | (?:recommend|suggest)(?:ations?|ions?|ed|s)?(?:\s+(?:for|on)\b)?
      | (?:help|advice|assistance)\s+(?:with\s+)?(?:finding|choosing|picking|buying)
      | where\s+(?:can|could|do)\s+(?:i|we)(?:\s+(?:find|get|buy))?
      | (?:are|is)\s+there(?:\s+any)? | any\s+chance | (?:any|some)?(?:thing)?\s*left$
      | (?:in|do\s+you\s+have\s+in)\s+stock | (?:still\s+)?available | (?:right\s+)?now
      | (?:in\s+the\s+way|a\s+list|a\s+selection)\s+of
        # the shopper wants
      | (?:i|we)(?:\s+(?:was|am|were)|['’]m)\s+(?:just\s+)?
        (?:wondering|curious|hoping|thinking|trying|planning|about)(?:\s+(?:if|whether|of|about|to))?
        (?:\s+(?:you|i|we|getting|buying|get|buy|find|order|purchase|see|have))*
      | (?:i|we)(?:\s+am|['’]m)\s+in\s+the\s+market\s+for
      | (?:i|we)(?:\s+am|['’]m|['’]re|\s+are)\s+(?:after|interested\s+in)
      | (?:^|(?<=hi\ )|(?<=hey\ )|(?<=hiya\ )|(?<=hello\ ))after(?=\s+(?:a|an|some)\b)
      | (?:(?:i|we)\s*(?:['’]m|['’]re|\s+am|\s+are)?\s+(?:just\s+|only\s+)?)?
        (?:looking|searching|hunting|shopping)\s+(?:for|to(?:\s+(?:buy|get|find|order|purchase))?)
      | (?:i|we)\s+could\s+use(?:\s+(?:a|an|some))?(?:\s+new)? | (?:i|we)\s+can
      | (?:i|we)(?:['’]d|\s+would)\s+(?:rather|prefer)(?:\s+(?:to\s+)?(?:have|get|buy))? | (?:i|we)\s+prefer
      | (?:i|we)(?:['’]ll|\s+will)\s+(?:take|have|get|buy|go\s+(?:with|for))
      | (?:which\s+)?should\s+(?:i|we)(?:\s+(?:buy|get|choose|take|pick))? | to\s+buy
      | (?:i|we)(?:['’]d|\s+would|\s+really|\s+just|\s+also)*\s+(?:want|need|like|love)
        (?:\s+to\s+(?:buy|get|order|see|purchase|find|have))?(?:\s+new\b)?
      | (?:she|he|they)\s+(?:really\s+)?(?:likes?|loves?|wants?|needs?|would\s+like|(?:is|are)\s+into)
      | (?<!\w\s)(?:need|want) | (?:want|need|like|trying)\s+to\s+(?:buy|get|order|see|find)
      | for\s+(?:me|us|him|her|them|my\s+\w+)(?=[\s.,!?]*$) | for\s+(?:(?:a|an|my|our)\s+)?\w+[\s-]+years?[\s-]olds?
      | (?:for\s+)?(?:some|any|every)(?:one|body)(?:\s+(?:who|that))? | people(?:\s+who)?
        # what is asked of things
      | (?:(?:tell|show)\s+me\s+)?more\s+about | (?:so\s+)?(?:what|how)\s+about(?:\s+for)?
      | what\s+(?:kinds?|types?|sorts?)\s+of | (?:what|which)(?:['’]s|\s+is|\s+are|\s+would\s+be|\s+do\s+you\s+have)?
      | how\s+(?:much|many)(?:\s+(?:is|are|does|do))? | how(?=\s+(?!much|many)\w+\s+(?:is|are)\b)
      | (?:(?:that|which)\s+)?(?:costs?|costing|priced)(?:\s+at)? | (?:does|did|would) | comes?(?:\s+in)?
      | (?:the\s+)?differences?(?:\s+between)? | compares?(?:\s+(?:to|with))?
      | it(?:['’]s|\s+is|['’]ll\s+be) | that['’]s | i['’]m
      | (?:is|are|would\s+be)\s+(?:fine|ok(?:ay)?|great|good|nice|perfect)(?:\s+(?:too|as\s+well))?
      | in\s+(?:more\s+|full\s+)?details? | in\s+short | briefly | thoroughly | carefully | side\s+by\s+side
        # empty words and empty praise
      | stuff | things? | products? | items? | (?<!in\s)ones?(?:['’]s)?(?!\s+piece) | any(?:thing|one)? | some(?:thing)?
      | (?:a|an|some|any)\s+(?:really\s+)?(?:decent|great|solid)(?=\s+\w) | (?:a\s+)?good | nice | the\s+best | best
      | a\s+new(?:\s+pair\s+of)? | (?:a\s+)?pairs?\s+of
      | but | only | just | instead | enough | very | quite | really | (?:too|as\s+well|perhaps|possibly)(?=\W*$)
      | if\s+possible | preferably | ideally | at\s+least | or\s+(?:larger|bigger|more)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_CHANGES: Final = re.compile(
    r"^\W*(?:(?:and|ok(?:ay)?|actually|please|can\s+you|could\s+you|no|hmm)\W+)*"
    r"(?:make|change|switch|set|turn|update|keep|try)\s+"
    r"(?:it|that|them|this|the\s+(?:colou?r|size|brand|budget|price|limit))\b(?:\s+(?:to|into|from|at)\b)?",
    re.IGNORECASE,
)
"""How a message begins that changes what was asked before: "make it white"."""
_KOREAN_WORD: Final = re.compile(
    r"""(?:
        # greetings, thanks and what else opens a sentence
        안녕(?:하세요|하십니까)? | 감사(?:합니다|해요|해)? | 고마(?:워|웠|운)\S* | 반갑\S* | 수고\S* | 저기요
      | [ㄱ-ㅎㅏ-ㅣ]+
      | 네|넵|넹|응|예|땡큐|오케이|아니|아니요|음|오|와|자 | 알겠\S* | 됐\S* | 보러 | 왔\S*
      | 좀|좀요|혹시|그냥|요즘|하나|하나만|아까|방금|지금|일단|그러면|그리고|그럼|근데|다시|이제
        # the shop is asked
      | (?:추천|소개|안내|비교|문의|부탁|구매|구입|주문|검색|정렬|구경|변경|수정|조정)
        (?:[하해할한좀받드바됩]\S*|\S{0,1}|으로)
      | (?:보여|알려|찾아|골라|말해|가르쳐|도와|설명해|알아|사줄?|사드릴
          |바꿔|바꾸|올려|올리|낮춰|낮추|내려|줄여|늘려|높여|맞춰|좁혀|넘겨)
        (?:줘|주|줄|달|드|볼|봐|보|서|고|면|까|려|도|$)\S*
      | (?:바꿀|올릴|낮출|내릴|줄일|늘릴|높일|맞출)(?:게|까|래|거)\S*
      | (?:해|하|할|했)(?:줘|주|줄|면|까|게요|려고|려는|려구|는데|고|는|요)\S* | 한 | 합니다 | 바(?:랍|라)\S*
      | (?:주세요|줘|줄래요?|줘요|주실래요|주실|주라|드려요|드릴게요|인가요|일까요|할까요)
      | (?:팔|파)(?:아|나|시|는|세|고|려)\S* | 보여(?:주세요|줘요?)? | (?:인기|추천)순(?:으로)?
        # the shopper wants
      | 찾(?:고|는|습|아요|을|아|아서)\S* | 구(?:해요?|합니다|하고|하는데요?|하려고요?|해야\S*)
      | 생각(?:하고|중\S*|해요|합니다|하는데요?|이에요|인데요?) | 필요(?:해|한|합|하)\S* | 원(?:해|하|합)\S*
      | (?:사|사려|살까|살만|사면|샀으면)(?:고|는데|고요|요|한|하는|려고요?)? | 살 | 살게요? | 할게요?
      | 싶(?:어|은|습|다|네|지|은데|어서)\S* | 볼(?:래|게|까|만)\S* | 보고(?:서)? | 예산(?:은|이|을)?
      | 쓸|쓰는|쓰기|쓸만한|사용할|사용하는|사용하기|위한
      | 사람(?:이|은|을|들|들이|에게|한테|도)? | 때(?:에|는)? | \d(?:명|사람)(?:이서|이|용)?
      | 제|제가|저|저는|나|나는|내가|우리|너|당신|여기|여기서|이런|그런|저런
        # what is asked of things
      | 있(?:나|어|을까|는|으|습|니|냐|죠|지|음)\S* | 없(?:나|어|을까|는|으|습|니|냐|죠|지|음)\S*
      | (?:뭐|뭘|뭔|뭔가|뭐뭐|무엇|무슨|어떤|어느|어떻게|어디|얼마|얼마나|왜)
        (?:가|를|을|이|예요|에요|인가요|든|서|나|요|야|임|죠|지|니|있어|일까요?|인지|에서){0,4}
      | 어(?:때|떨|떤)\S* | 자세(?:히|하게|한)\S* | 재고(?:가|는|도)? | 정보 | 방법 | 비교 | 몇
      | (?:꼼꼼|간단|간략|상세|정확|친절)(?:히|하게) | 짧게 | 얼른 | 차근차근 | 하나하나
      | 나(?:아요?|을까요?|은가요|은지)|낫\S* | 차이(?:가|는|점)?(?:이|은)? | 비싸도|싸도
      | 되(?:나|는|니까|고|면|요|어|었)\S* | 돼\S* | 됩\S* | 될(?:까|지)\S*
      | 가능(?:한|할|해|하|합)\S* | 지원(?:해|하|되|돼|합|됩)\S* | 달린 | 포함된
      | 나(?:와|오|옵|온)(?:요|나|는|는지|나요|니다|지){0,4} | (?:가|나)(?:나요|요)
        # empty words and empty praise
      | (?:것|거|게|걸|건|꺼|것들)(?:으로|로|는|은|만|요|도|랑|하고|의|예요|에요|부터|보다|면|이|가){0,4}
      | (?:제품|상품|물건)(?:을|이|은|으로|들|만|도|은요|으로만|이나){0,4}(?:요)?
      | 색(?:상|깔)(?:은|는|이|가|으로|로|도|만)?(?:요)?
      | 좋(?:아|은|을|나|습|겠|네|죠|지|고)\S* | 괜찮(?:아|은|을|나|습|네|고)\S* | 예쁜|이쁜|멋진|큰|작은|인기|인기있는
      | 가장|제일|정말|진짜|아주|너무|조금|많이|잘|같이|함께 | 가성비(?:가|로|있는)? | 정도|쯤|요|데|중에|중에서|중
    )""",
    re.VERBOSE,
)
_CAN: Final = re.compile(
    r"(?<![가-힣])(?:볼|살|쓸|할|될|받을|찾을|알|구할|신을|입을|먹을|들을|찾아주실|보여주실|추천해주실|알려주실)"
    r"\s*수(?:가|는|도)?\s*(?:있|없)\S*"
)
"""What can be done: "볼 수 있을까요"."""
_PUNCTUATION: Final = " \t\n.,!?~…·;:'\"()[]“”‘’。？！^ㅎㅋㅠㅜ"


def without_change(text: str) -> str:
    """The text without the words that say that something is to be changed: "white" of "make it white"."""
    return _CHANGES.sub(" ", text)


def unwrapped(text: str, *, asks: bool = False) -> str:
    """The words that say what is wanted. Empty when nothing but politeness was said.

    Where something is asked of a product (`asks`), a Korean word may end like a sentence: "방수야".
    """
    without = _ENGLISH.sub(" ", _CAN.sub(" ", text))
    said = (unglued(word.strip(_PUNCTUATION)) for word in without.split())
    return " ".join(plain(word, asks=asks) for word in said if word and not _KOREAN_WORD.fullmatch(word))
