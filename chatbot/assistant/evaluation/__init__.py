"""A frozen set of questions, asked of the whole assistant and held against what was expected: `chatbot_evaluate`.

`cases` reads the file, `running` asks, `judging` compares.
"""

from chatbot.assistant.evaluation.cases import Case, Fault, Faulty, Numbered, read, refuse_unknown_products
from chatbot.assistant.evaluation.judging import Difference
from chatbot.assistant.evaluation.running import Evaluation, Outcome, Summary, routes_named

__all__ = [
    "Case",
    "Difference",
    "Evaluation",
    "Fault",
    "Faulty",
    "Numbered",
    "Outcome",
    "Summary",
    "read",
    "refuse_unknown_products",
    "routes_named",
]
