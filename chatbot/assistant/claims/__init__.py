"""What an answer claims about goods and terms, found in its words and judged by what the shop knows.

Start reading at `checking`. Each kind of claim has a folder: `money` (amounts, judged in `prices`), `offer` (discounts
and comparisons), `supply` (stock, and what the shop sells), `terms` (delivery, returns, hours) and `goods` (names).
What they share lies beside them: `line` says which product a claim is about, `evidence` what bears it out, `questions`
what is only asked, `answers` what is answered. `watching` tells, while words stream, what has to be judged at all.
"""
