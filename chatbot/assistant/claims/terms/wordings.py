"""What promises are about, and the wordings of those that need no number."""

import re
from typing import Final

DELIVERY: Final = re.compile(
    r"(?:결제|주문)하?(?:신|한)?\s?(?:뒤|후|다음)[^.!?]{0,20}?걸[려립리]"
    r"|배송|배달|도착|언제\s?(?:오[나는]|와|올|받)|발송|출고|수령|받아(?:요|\s?보)|받습니다|받으(?!신 (?:날|후|뒤"
    r"|다음|지\s))|받을"
    r"|받는\s?데|댁에서|댁으로|문\s?앞"
    r"|보내\s?드|택배|deliver|ship(?!shape)|arriv|dispatch|reach(?:es)? you|get it\b|get them\b|\bgets? t?here\b"
    r"|\bbe t?here (?:by|in|on|within|before|tomorrow|today|tonight)\b"
    r"|(?<!after you )(?<!once you )receive|at your (?:door|home|place)|doorstep|doormat|\benjoy(?:ing)? (?:it"
    r"|them) (?:today|tomorrow|tonight|by\b|this\b|next\b)|\b(?:go(?:es)?|sent) out (?:the |within "
    r"|on the )?(?:same|next|today|within)|손에\s?(?:쥐|넣|들어)"
    r"|warehouse|on its way|(?:will"
    r"|'ll) be (?:there|here)\b|parcel"
    r"|package\b|be with you|\bhave (?:it|them) (?:in|within|by)\b|hold of (?:it"
    r"|them)|in your hands"
)
RETURNS: Final = re.compile(
    r"반품|환불|교환|취소|미개봉|새\s?(?:제품|상품|것)으?로\s?(?:바꿔|교체)|바꾸실|바꿔\s?(?:가|드)|\bswap(?:s|ped"
    r"|ping)?\b(?!\s(?:tracks?|songs?|between))|\bgo(?:es)? back\b(?!\s(?:up|down|to|on)\b)|돌려\s?보내|무르|return"
    r"|refund|exchang|money.back|(?:send|sent|give|ship|mail|post"
    r"|bring|take)\w* (?:[\w'-]+ ){0,5}?back\b"
    r"|change your mind"
    r"|bring (?:it|them) back"
)
WARRANTY: Final = re.compile(
    r"보증|무상|수리|고쳐\s?드|warrant|guarantee|a/s|(?<![a-z])as(?=[는은가를]\s|\s?(?:기간|센터|보증))|repair"
    r"|\bfix(?:es|ed|ing)?\s(?:it|them|any|this)\b"
)
RESTOCK: Final = re.compile(
    r"재입고|다시\s?입고|입고(?:될|됩|예정|돼|되|일)|다시\s?(?:들어[오올옵]|판매[될할됩돼합해]|구매하실\s?수\s?있을)"
    r"|들어올\s?예정"
    r"|\b(?:be|comes?|is|are) back\b|\bback in(?:to)? stock"
    r"|(?<!sent\s)(?<!send\s)(?<!them\s)(?<!\bit\s)(?<!goods\s)(?<!items\s)\bback (?:on (?:the )?shel|next|by|within"
    r"|soon|shortly|on \w+day)|restock|available again|in stock again"
    r"|return(?:s|ing)? to (?:our|the) (?:shop|store|shel|stock|range)|(?:new|next|fresh) (?:stock|batch|shipment)"
    r"|replenish"
)

_AMOUNT_OR_ORDER: Final = r"(?:금액|주문|구매|가격)"
SAID: Final = (
    (("restock", "soon"), re.compile(
        r"(?:재입고|다시\s?입고|입고)\s?(?:될\s?예정|될\s?거|될\s?것|됩니다|돼요|될게|할\s?예정|합니다|예정(?:이"
        r"|일[은이]?\s?\d))|곧\s?(?:재|다시\s?)?입고"
        r"|다시\s?들어(?:올\s?예정|올\s?거|옵니다|와요)"
        r"|다시\s?(?:판매될|판매할|구매하실\s?수\s?있을)|(?:will|'ll|should|going to) be (?:back|restocked"
        r"|available again"
        r"|replenished)"
        r"|(?:expected|due|scheduled) (?:to (?:be|come|arrive) )?(?:back|again)\b|back (?:soon|shortly)|restock(?:ed"
        r"|ing)? (?:soon|shortly|is coming|it)|(?:expect|expecting|awaiting) (?:a "
        r"|new |more |fresh |another )*(?:stock|batch|shipment|deliver)"
        r"|(?:expect|hope|plan)(?:s|ed|ing)? (?:to (?:have|get|see) )?(?:it|them|that one|this one|more) (?:to be )?"
        r"(?:back|again|in)\b"
    )),
    (("delivery", "unconditional"), re.compile(
        rf"{_AMOUNT_OR_ORDER}[과와에이은는]?\s?(?:크기|액수)?[과와에]?\s?(?:상관|관계|제한)\s?없이"
        r"|얼마[를나]?\s?(?:\S+\s)?(?:사시|주문하|구매하|담으|쓰시)\S*든|최소\s?(?:주문\s?|구매\s?)?금액\s?(?:없"
        r"|제한)|아무리\s?적"
        r"|(?:모든|전|전체)\s?(?:주문|상품|제품|구매)[이은는을가]?\s?(?:배송비\s?)?(?:무료|무배)"
        r"|no matter (?:how (?:small|much|little|big|many)|what (?:you|it)|the (?:price|amount|size))"
        r"|however (?:small|little|much)"
        r"|regardless of (?:the |your |its |how |what )?(?:amount|price|order|size|total|value|much|small|you)"
        r"|whatever (?:the (?:amount|price|order|total)|you (?:order|spend|buy))|no minimum"
        r"|(?:every|any|all|each)\s(?:single\s)?(?:orders?|purchases?|products?|items?)\s(?:\w+\s){0,2}(?:ships?\s"
        r"|delivered\s)(?:for\s)?free"
    )),
    (("delivery", "none"), re.compile(
        r"(?<![가-힣])(?<!무료 )(?<!새벽 )(?<!당일 )(?<!익일 )(?<!빠른 )(?<!해외 )배송[이은는]?\s?(?:불가"
        r"|안\s?[되돼됩됨])|배송하지\s?않|(?:do not|don't|cannot|can't) (?:ship|deliver)\b(?!\s(?:\w+\s)?(?:by"
        r"|before|on|within|in|until|over|today|tomorrow|overnight|that|so|this|any))"
    )),
    (("delivery", "abroad"), re.compile(
        r"해외\s?(?:로\s?)?(?:배송|발송|배달)|전\s?세계|ship (?:worldwide|internationally|abroad|overseas)"
        r"|(?:international"
        r"|worldwide|overseas)"
        r" (?:shipping|delivery)"
    )),
    (("delivery", "pickup"), re.compile(
        r"(?:매장|방문)\s?(?:픽업|수령)|픽업하|pick (?:it |them )?up (?:in|at|from) (?:our|the|a) (?:store|shop)"
        r"|(?:in-?store"
        r"|store) pick-?\s?up"
        r"|click and collect"
    )),
    (("returns", "free"), re.compile(
        r"무료\s?(?:로\s)?(?:반품|교환|환불)|(?:반품|교환)\s?(?:배송)?(?:비|료)?[은는이가도]?\s?(?:\S+\s)?(?:무료|없)"
        r"|무상\s?(?:반품|교환)"
        r"|free\s(?:\w+\s)?(?:returns?|exchanges?)|(?:returns?|exchanges?)\s(?:are|is)\s(?:always\s"
        r"|completely\s)?free|return\s(?:\w+\s){1,3}for free"
    )),
    (("returns", "any time"), re.compile(
        r"언제든지?\s?(?:\S+\s)?(?:반품|교환|환불)|(?:반품|교환|환불)[은는]?\s?(?:\S+\s)?언제든|기간\s?(?:제한"
        r"|상관)\s?없이\s?(?:\S+\s)?(?:반품|교환|환불)"
        r"|(?:return|refund|exchange)\w*\s(?:\w+\s){0,3}(?:any\s?time|whenever|forever)|(?:bring|send|give"
        r"|take) (?:it|them) back (?:\w+\s){0,2}(?:any\s?time|whenever)|no time limit"
    )),
    (("returns", "full"), re.compile(
        r"(?:전액|100\s?%)\s?환불|full refund|money.back guarantee|fully refund|refund(?:ed)? in full")),
    (("returns", "no questions"), re.compile(
        r"묻지도\s?따지지도|무조건\s?(?:반품|환불|교환)|no questions asked|(?:for )?any reason")),
    (("returns", "none"), re.compile(
        r"(?:반품|환불|교환|취소)(?:이나|과|와|및|·|,|/|\s)*(?:반품|환불|교환|취소)?[이은는도을가]?\s?(?:불가"
        r"|안\s?[되돼됩됨]|할\s?수\s?없|하실\s?수\s?없"
        r"|받지\s?않|되지\s?않|불가능|어렵|어려|제외)|(?:반품|환불|교환)\s?(?:대상이?|가능\s?상품이?)\s?(?:아니|아닙"
        r"|에서\s?제외)"
        r"|(?:cannot|can't|can not|could not|may not|won't|will not|are not|aren't|is not|isn't|not|never) (?:be )?"
        r"(?:returned|refunded|exchanged|sent back|brought back|taken back|returnable|refundable|return\b|exchange\b"
        r"|refund\b"
        r"|eligible for (?:a )?(?:returns?|refunds?|exchanges?))"
        r"|non-?\s?(?:returnable|refundable)|no (?:returns?|refunds?|exchanges?)\b(?! (?:fee|cost|charge))|final sale"
        r"|sales? (?:is|are) final|(?:excluded|exempt) from (?:returns?|refunds?)"
        r"|(?:do not|don't) (?:accept|take|offer|allow) (?:any )?(?:returns?|refunds?|exchanges?)"
    )),
    (("returns", "condition"), re.compile(
        r"(?:포인트|적립금|쿠폰|상품권|마일리지)로만?\s|교환만\s|refund(?:ed|s)? (?:only )?(?:as|in"
        r"|by) (?:\w+ )?(?:credit|points|vouchers?)|"
        r"미개봉|개봉하지\s?않|개봉\s?전|포장을?\s?(?:뜯|개봉|훼손)|영수증|택을?\s?제거|새\s?상품\s?상태|unopened"
        r"|unused|original packag|receipt"
        r"|tags? (?:on|attached)"
        r"|sealed|store credit|적립금으로|restocking"
    )),
    (("returns", "fee"), re.compile(
        r"(?:왕복|반품|교환)\s?(?:배송|택배)?(?:비|료)|고객(?:님)?(?:이|께서)?\s?부담|return (?:fee|shipping|postage"
        r"|cost)|(?:at"
        r"|on) your (?:own )?(?:cost|expense)"
    )),
    (("warranty", "lifetime"), re.compile(
        r"평생\s?(?:무상\s?)?(?:보증|a/s|as|수리|보장)|lifetime (?:warrant|guarantee)\w*"
    )),
    (("warranty", "free"), re.compile(
        r"무상\s?(?:수리|보증|a/s|as|교체)|무료\s?(?:수리|a/s)|free (?:repairs?|warranty)")),
    (("price", "lowest"), re.compile(
        r"최저가\s?(?:보장|보상)|최저가(?:로|에)\s|(?:업계|시중|온라인|국내|전국|인터넷)\s?(?:\S+\s)?최저가|(?:가격|값|금액)(?:으로|에|을|도)?\s(?:\S+\s){0,2}?(?:맞춰|맞추어|똑같이"
        r"|동일하게)\s?(?:\S+\s)?(?:드|판매|제공)"
        r"|(?:똑같이|동일하게)\s(?:맞춰|해)\s?드|차액[을은이도]?\s?(?:\S+\s)?(?:돌려|환불|보상|드[려리립]|지급)"
        r"|(?:더\s)?(?:싼|저렴한|낮은)\s(?:곳|데|매장|쇼핑몰|사이트)[을를이]?\s(?:\S+\s){0,2}?(?:찾|발견|보[시여]"
        r"|있[으다]|알려)"
        r"|(?:더\s)?낮은\s가격[을를]\s(?:\S+\s){0,2}?(?:찾아\s?오|발견|제시|보여)"
        r"|(?:싸|저렴하)(?:면|다면)\s[^.!?]{0,20}(?:깎|맞춰|보상|환불|차액)|\b(?:lower|drop|reduce|cut) (?:our"
        r"|the) price"
        r"|그\s?가격(?:으로|에)\s?(?:드[려리립]|판매해\s?드|맞)"
        r"|\b(?:match|beat|undercut)(?:es|ed|ing)?\s(?!your)(?:against\s)?(?:it\b(?=[^.!?]{0,12}[.!?])"
        r"|(?:[a-z']+\s){0,4}?"
        r"(?:prices?\b(?!\s(?:of|range|tag|point|you (?:ment|ask|want|nam|have)))|offers?\b|quotes?\b|deals?\b"
        r"|competitors?\b|retailers?\b|sellers?\b|(?:store|shop)s?\b|elsewhere))"
        r"|(?:refund|pay|return|give|credit)\w*\s(?:you\s)?(?:back\s)?(?:the|any|that)\s(?:price\s)?difference"
        r"|lowest price (?:anywhere|guarantee\w*)|price[\s-]match\w*"
        r"|best price guarantee\w*|가격\s?보상|(?:시중|다른\s?(?:곳|매장|쇼핑몰|사이트)|타사|타\s?매장"
        r"|온라인)[가-힣]*보다"
        r"|than (?:elsewhere|anywhere else|(?:in |at )?other (?:shops|stores|sites|places))|cheapest (?:in town"
        r"|online|anywhere)"
    )),
    (("offer", "gift"), re.compile(
        r"무료로\s?(?:드립|챙겨|넣어)|(?:공짜|서비스|선물)로\s?(?:드려|드리|드립|챙겨)|\b(?:an?|one"
        r"|your) free (?!time|hand|moment|minute|day|ear|weekend|trial|evening|hour)[a-z]|"
        r"(?:파우치|케이스|가방|케이블|선물|스티커|엽서|액세서리|거치대|충전기)[을를도]\s(?:\S+\s)?(?:함께"
        r"|같이)\s?(?:드[려리립]|챙겨)"
        r"|(?:comes?|arrives?|ships?|sent) with an?\s(?:[a-z-]+\s){0,3}?(?:present|gift|surprise|treat|freebie"
        r"|goodie)\b|"
        r"사은품|증정|덤으로|free gifts?|gift with purchase|comes with a free|throw in|무료로\s?(?:드려|드리|제공"
        r"|증정)"
        r"|for free with|free (?:case|pouch|cable|bag|cover|accessor\w*)"
    )),
    (("offer", "gift wrap"), re.compile(r"(?:무료\s?)?선물\s?포장|gift[\s-]?wrap\w*")),
    (("offer", "one more"), re.compile(
        r"(?:\d|한|두|세)\s?(?:개|벌|켤레)를?\s?(?:구매|사|주문)[^.!?]{0,20}(?:더\s?(?:드|증정|받)|덤|무료|공짜)"
        r"|buy (?:one|two|three|1|2|3)\b[^.!?]{0,60}?\b(?:free|on us|on the house)\b|"
        r"(?<![\d+])[123]\s?\+\s?1(?![\d+])|원\s?플러스\s?원|buy (?:one|two|three|1|2|3)\b[^.!?]{0,60}?\bget\b|bogo\b"
        r"|하나\s?더\s?(?:드|증정|받)"
        r"|(?:두|세)\s?(?:번째|개째|개를?\s?사)[^.!?]{0,24}(?:무료|공짜|반값|할인|덤|\d+\s?%)"
        r"|(?:second|2nd|third|another|other|extra)\s(?:\w+\s){0,2}(?:is\s|are\s|comes\s|for\s|completely\s)*free\b"
        r"|two for (?:the price of )?one|2 for 1|two-for-one"
        r"|(?:second|2nd|third)\s(?:\w+\s){0,3}(?:half|\d+\s?%|\d+ percent|off)"
    )),
    (("offer", "coupon"), re.compile(
        r"쿠폰|coupon|voucher|promo(?:tion)?(?:al)? code|discount code|할인\s?코드|프로모션\s?코드|쿠폰\s?코드"
        r"|코드(?:를"
        r"|는)?\s?[‘'\"“*]*[a-z0-9]{3,}"
        r"|(?:use|using|enter|apply|with|type|quote|add)\s(?:the\s|our\s|my\s|this\s)?(?:\w+\s)?code\b|code (?:at"
        r"|during) checkout|[‘'\"“*]*[a-z]{3,}\d{1,4}[’'\"”*]*\s?(?:코드|code)"
    )),
    (("offer", "members"), re.compile(
        r"첫\s?구매|신규\s?(?:회원|가입)|회원\s?(?:할인|가입|특가|혜택|이시|만)|멤버십|가입하시면|학생\s?할인"
        r"|생일\s?(?:쿠폰|할인)|리뷰를?\s?(?:쓰|남기"
        r"|작성)[^.!?]{0,16}(?:드|적립|할인)"
        r"|first[\s-](?:order|purchase|time (?:buyer|customer))(?!s?\sof)|sign(?:ing)? up|newsletter"
        r"|members?(?:hip)? (?:get|discount|price|save|receive)|student discount"
    )),
    (("offer", "bundle"), re.compile(
        r"(?:세트|함께|같이|묶음)(?:로)?\s?(?:구매|사|주문)[가-힣]*\s[^.!?]{0,20}(?:할인|깎|저렴"
        r"|무료(?!\s?(?:로\s)?(?:배송|배달|보내)))|세트\s?할인"
        r"|묶음\s?할인|bundle (?:discount"
        r"|deal|price)"
        r"|(?:buy|order|take|get)(?:ing)? (?:both|two|them together)[^.!?]{0,40}(?:discount|\boff\b|save)"
    )),
    (("offer", "points"), re.compile(
        r"적립|캐시백|cash\s?back|(?:reward|loyalty|bonus) points|earn (?:\w+\s)?points|포인트를?\s?(?:드|더|쌓|받)"
        r"|마일리지"
    )),
    (("offer", "instalments"), re.compile(
        r"무이자|할부|interest[\s-]free|0\s?% (?:interest|financing|apr)|(?:instal+ments?|monthly payments)|pay later"
        r"|buy now,? pay"
    )),
    (("payment", "means"), re.compile(
        r"카카오\s?페이|네이버\s?페이|토스\s?페이|삼성\s?페이|애플\s?페이|무통장|계좌\s?이체|착불|후불|paypal"
        r"|apple pay|google pay|klarna"
        r"|cash on delivery|bank transfer|bitcoin|crypto"
    )),
    (("trial", "free"), re.compile(
        r"무료\s?체험|체험해\s?보시고\s?결정|free trial|try (?:it|them) (?:out )?for free|(?:risk"
        r"|money)-free trial")),
)  # fmt: skip
"""Atoms, and what says them."""

STARTS: Final = (
    ("paid", re.compile(
        r"(?:결제|주문|구매|구입)(?:하신|한|일|일로|일자|후|\s)*\s?(?:날|후|뒤|다음|부터|이후|하고|즉시)|결제일"
        r"|주문일|구매일|구입일"
        r"|(?:from|of|after|following|since)\s(?:the\s|your\s)?(?:date\s(?:of|you)\s)?(?:day\s(?:of"
        r"|you)\s)?(?:you\s)?(?:purchas|pay|paid|order|buy|bought|checkout)"
    )),
    ("sent", re.compile(
        r"(?:발송|출고)(?:된|한|일|후|\s)*\s?(?:날|후|뒤|다음|부터|이후|지\s)|(?:from|of"
        r"|after)\s(?:the\s)?(?:day\sof\s)?(?:dispatch"
        r"|shipment|shipping)"
    )),
    ("received", re.compile(
        r"(?:받으신|받은|수령(?:하신|한|일)?|도착(?:한|일)?|배송\s?(?:완료|받))\s?(?:날|지\s|후|뒤|다음|부터|이후"
        r"|로부터)"
        r"|(?:from|of|after|once)\s(?:the\s)?(?:day\sof\s)?(?:you\s)?(?:have\s)?(?:deliver|receiv|receipt|arriv"
        r"|they arrive|it arrives|you get)"
    )),
)  # fmt: skip
"""From which event on a span of time is counted."""
