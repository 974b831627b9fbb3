"""What shoppers say around the thing that they want, in English and Korean, and how to take it away.

Only whole words and known phrases go, and only on the side of the question: product text keeps every word.
"""

import re

_ENGLISH = re.compile(
    r"""\b(?:
        (?:hi|hello|hey)(?:\s+there)? | thanks? | thank\s+you | please
      | (?:can|could|would|will)\s+(?:you|i|we)
      | (?:do|does|did)\s+(?:you|your\s+(?:shop|store)|anyone)(?:\s+(?:have|sell|carry|stock|know|offer))?
      | (?:i|we)\s*(?:['’]m|['’]re|\s+am|\s+are)?\s+(?:just\s+|only\s+)?(?:looking|searching|hunting|shopping)\s+for
      | (?:(?:have\s+)?you\s+)?got(?=\s+(?:any|some|a\b))
      | (?:i|we)(?:['’]d|\s+would)\s+(?:rather|prefer)(?:\s+(?:to\s+)?(?:have|get|buy))?
      | (?:which\s+)?should\s+i(?:\s+(?:buy|get|choose|take|pick))? | to\s+buy | actually | nice | but | available
      | (?:the\s+)?differences?(?:\s+between)? | (?:does|did|would) | comes?(?:\s+in)?
      | stuff | things? | products? | items?
      | if\s+possible | preferably | ideally | at\s+least | or\s+(?:larger|bigger|more)
      | (?:i|we)(?:['’]d|\s+would|\s+really)?\s+(?:want|need|like|love)(?:\s+to\s+(?:buy|get|order|see|purchase|find))?
      | (?:i|we)(?:['’]m|['’]re|\s+am|\s+are)\s+after
      | (?<!\w\s)(?:need|want) | (?:(?:that|which)\s+)?(?:costs?|priced)(?:\s+at)?
      | (?:looking|searching)\s+for | (?:want|need|like|trying)\s+to\s+(?:buy|get|order|see|find)
      | (?:show|find|give|get|tell|help|recommend|suggest|send)\s+(?:me|us)(?:\s+(?:about|find|choose|pick))?
      | (?:recommend|suggest)(?:ations?|ions?|ed|s)?
      | (?:are|is)\s+there(?:\s+any)? | (?:what|which)(?:['’]s|\s+is|\s+are|\s+would\s+be|\s+do\s+you\s+have)?
      | (?:(?:tell|show)\s+me\s+)?more\s+about | (?:what|how)\s+about | only | just | ones? | instead | compare
      | how\s+(?:much|many)(?:\s+(?:is|are|does|do))? | any(?:thing|one)? | some(?:thing)? | (?:a\s+)?good
      | for\s+(?:(?:a|an|my|our)\s+)?\w+[\s-]+years?[\s-]olds?
      | (?:for\s+)?(?:some|any|every)(?:one|body)(?:\s+(?:who|that))? | people(?:\s+who)? | enough | very | quite
      | a\s+new(?:\s+pair\s+of)? | (?:a\s+)?pairs?\s+of
      | the\s+best | best | ok(?:ay)? | really | maybe | you\s+have | for\s+(?:me|us|my\s+\w+)(?=[\s.,!?]*$)
      | (?:in|do\s+you\s+have\s+in)\s+stock | (?:right\s+)?now
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_KOREAN_WORD = re.compile(
    r"""(?:
        (?:추천|소개|안내|비교|문의|부탁|구매|구입|주문|검색)(?:[하해할한좀받드]\S*|\S{0,1})
      | (?:보여|알려|찾아|골라|말해|가르쳐|도와|설명해)(?:줘|주|줄|달|드|볼|봐|보)\S*
      | 찾(?:고|는|습|아요|을|아)\S*
      | (?:사|사려|살까|살만|사면|샀으면)(?:고|는데|고요|요|한|하는)? | 살 | 살게요
      | 싶(?:어|은|습|다|네|지|은데|어서)\S*
      | 있(?:나|어|을까|는|으|습|니|죠|지|음)\S* | 없(?:나|어|을까|는|으|습|니|죠|지|음)\S*
      | (?:뭐|뭘|뭔|무엇|무슨|어떤|어느|어떻게|어디|얼마|왜)(?:가|를|을|이|예요|에요|인가요|든|서|나|요|야)?
      | 좋(?:아|은|을|나|습|겠|네|죠|지)\S* | 괜찮(?:아|은|을|나|습)\S* | 필요(?:해|한|합|하)\S* | 원(?:해|하|합)\S*
      | 좀|혹시|그냥|요즘|하나|(?:것|거|게|걸|건|꺼)(?:으로|로|는|은|만|요|도)*
      | 제|제가|저|저는|나|나는|내가|우리|너|당신|여기|이런|그런|저런
      | (?:해|하|할|했)(?:줘|주세요|줄래요?|주시|면|까요?|게요|려고|는데)\S*
      | (?:주세요|줘|줄래요?|줘요|주실래요|드려요|되나요|될까요|인가요|일까요|할까요)
      | 안녕(?:하세요|하십니까)? | 감사(?:합니다|해요) | 고마워요? | 네 | 응 | 예
      | 가장|제일|정말|진짜|아주|너무|조금|많이|잘|같이|함께|그리고|그럼|근데 | (?:제품|상품|물건)(?:을|이|은|으로|들)?
      | 어(?:때|떨|떤)\S* | 자세(?:히|하게|한)\S* | 재고(?:가|는|도)? | 정보 | 방법
      | 나(?:아요?|을까요?|은가요|은지)|낫\S*
      | 차이(?:가|는|점)?(?:이|은)? | 볼(?:래|게|까)\S* | 비싸도|싸도 | 되(?:니까|고|면)
      | 예산(?:은|이)? | 비교 | 가성비(?:가|로|있는)?
      | 색(?:상|깔)(?:은|는|이|가|으로|로|도|만)?(?:요)? | 보여(?:주세요|줘요?)?
      | 사람(?:이|은|을|들|들이|에게|한테|도)? | 때(?:에|는)? | 큰|작은|예쁜
      | 쓸|쓰는|쓰기|쓸만한|사용할|사용하는|사용하기|위한|인기|인기있는 | 정도|쯤 | 요|데|중에|중에서
    )""",
    re.VERBOSE,
)
_RUN_ON = re.compile(
    r"""(?<=[가-힣]{2})(?=
        찾고\s?있 | 찾아요 | 사고\s?싶 | 싶(?:어요|은데|습니다) | 사려고
      | 추천(?:해|좀|부탁) | 소개해 | (?:보여|알려|골라|찾아)(?:줘|주)
      | (?:있|없)(?:나요|어요|을까요|습니까) | 뭐가 | 뭘 | 어떤게 | 좋(?:아요|을까요|나요) | 얼마(?:예요|에요|인가요)
    )""",
    re.VERBOSE,
)
"""Where a sentence that is written without spaces goes on after the thing: "김치냉장고를찾고있어요"."""
_PUNCTUATION = " \t\n.,!?~…·;:'\"()[]“”‘’。？！"


def spaced(text: str) -> str:
    """The text with a space before what is said around a thing, where the shopper left it out."""
    return _RUN_ON.sub(" ", text)


def unwrapped(text: str) -> str:
    """The words that say what is wanted. Empty when nothing but politeness was said."""
    without = _ENGLISH.sub(" ", text)
    words = (word.strip(_PUNCTUATION) for word in without.split())
    return " ".join(word for word in words if word and not _KOREAN_WORD.fullmatch(word))
