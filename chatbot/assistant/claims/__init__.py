"""What an answer claims about goods and terms, found in its words and judged by what the shop knows.

Start reading at `checking`. A module for each kind finds claims (`amounts`, `discounts`, `stock`, `promises`), `line`
says which product they are about, `evidence` what bears them out; amounts are judged in `prices` and `several`,
comparisons in `compared`, stock in `availability`, where `counted` reads of how many products something is said.
`questions` tells what is only asked, `answers` what is answered. `watching` tells, while words stream, what has to be
judged at all.
"""
