"""What an answer claims about goods and terms, found in its words and judged by what the shop knows."""
