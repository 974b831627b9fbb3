"""What a prompt costs against sending everything, over a talk of twenty questions about the demo's catalogue.

Everything is what a simple assistant sends: the same rules, the whole talk with the data of its cards, all that the
catalogue says about the same candidates, and all entries of the shop.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.bench.databases import sqlite
from tests.bench.figures import Figure, benchmark

QUESTIONS = {
    "ko": (
        "안녕하세요", "20만원 이하 키보드 추천해 주세요", "두 번째 거 자세히 알려 주세요", "더 싼 거 있어요?",
        "네이비 러닝화 있나요?", "코랄색은요?", "배송은 얼마나 걸려요?", "무선 이어폰 보여 주세요", "10만원 이하로요",
        "텐트 추천해 주세요", "2인용은요?", "침낭도 보여 주세요", "반품 되나요?", "커피 원두 있어요?", "디카페인은요?",
        "프라이팬 추천해 주세요", "5만원 이하로요", "어린이 선물 뭐가 좋을까요?", "선물 포장 되나요?", "고마워요",
    ),
    "en": (
        "Hi", "a keyboard under 150,000 won", "tell me more about the second one", "anything cheaper?",
        "running shoes, please", "the women's ones?", "how long does delivery take?", "wireless earphones", "under $80",
        "a tent for two", "something lighter?", "a lantern, too", "can I return it?", "a coffee grinder", "electric?",
        "a bread knife", "and a pot", "a present for a child", "do you wrap gifts?", "thanks",
    ),
}  # fmt: skip


@benchmark("goods", "prompt_tokens")
def measure() -> Iterator[Figure]:
    """The prompts of both talks, by the estimate that budgets use."""
    with sqlite() as env:
        command = [sys.executable, "-m", "tests.bench.goods_prompt"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env})
    for language, sent in json.loads(done.stdout.splitlines()[-1]).items():
        ours, everything = sum(sent["ours"]), sum(sent["everything"])
        note = (
            f"{len(sent['ours'])} questions: {ours:,} tokens for {everything:,}; the last one {sent['ours'][-1]:,} for "
            f"{sent['everything'][-1]:,}; the largest of ours {max(sent['ours']):,}"
        )
        yield Figure(
            area="goods",
            name=f"prompt_tokens_saved_{language}",
            value=100 * (1 - ours / everything),
            unit="%",
            n=len(sent["ours"]),
            note=note,
        )
        yield Figure(
            area="goods",
            name=f"prompt_tokens_most_{language}",
            value=max(sent["ours"]),
            unit="tokens",
            goal="<= 6000",
            n=len(sent["ours"]),
            note="PROMPT_TOKENS, which no prompt is over",
        )


def _talk(language: str) -> dict[str, list[int]]:
    """The tokens of each prompt of a talk whose answers show the first three candidates."""
    from django.utils import timezone

    from chatbot.accounting.estimator import estimate_request, estimate_tokens
    from chatbot.assistant.brief import look_up
    from chatbot.assistant.instructions import in_force
    from chatbot.assistant.prompt import RULES
    from chatbot.events import ProductShown
    from chatbot.models import Conversation, Message, Product, Turn
    from chatbot.wire import part as as_part

    now = timezone.now()
    talk = Conversation.objects.create(visitor="bench", language=language, updated_at=now)
    sent: dict[str, list[int]] = {"ours": [], "everything": []}
    told: list[str] = []
    entries = "\n".join(f"{entry.title}: {entry.text}" for entry in in_force().shelf.entries)
    for number, question in enumerate(QUESTIONS[language]):
        at = now + timedelta(minutes=number)
        brief = look_up(question, conversation=talk.pk, page={}, language=language, now=at)
        rows = {row.sku: row for row in Product.objects.filter(sku__in=[card.sku for card in brief.cards])}
        goods = [
            json.dumps({**as_part(ProductShown(card=card))["data"], **_all(rows[card.sku])}, ensure_ascii=False)
            for card in brief.cards
        ]
        sent["ours"].append(estimate_request(brief.prompt.messages))
        whole = [RULES, entries, *goods, *told, question]
        sent["everything"].append(sum(map(estimate_tokens, whole)))
        shown = [
            {"type": "data-product", "id": card.sku, "data": as_part(ProductShown(card=card))["data"]}
            for card in brief.cards[:3]
        ]
        text = "\n".join(f"{card.title}: {rows[card.sku].description}" for card in brief.cards[:3]) or question
        turn = Turn.objects.create(
            conversation=talk,
            client_message_id=str(number),
            status=Turn.Status.COMPLETE,
            question=brief.question,
            lease_until=at,
            started_at=at,
            ended_at=at,
        )
        for role, said, parts in ((Message.Role.USER, question, []), (Message.Role.ASSISTANT, text, shown)):
            row = Message.objects.create(conversation=talk, turn=turn, role=role, text=said, parts=parts)
            Message.objects.filter(pk=row.pk).update(created_at=at)
        told += [question, text, *(json.dumps(part["data"], ensure_ascii=False) for part in shown)]
    return sent


def _all(row: Any) -> dict[str, Any]:  # Any: a product, and JSON
    """All that the catalogue says about a product."""
    return {
        "brand": row.brand,
        "category": row.product_type,
        "description": row.description,
        "color": row.color,
        "size": row.size,
        "material": row.material,
        **row.attributes,
    }


def _inside() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("shop_prepare", stdout=sys.stderr)
    print(json.dumps({language: _talk(language) for language in QUESTIONS}))


if __name__ == "__main__":
    _inside()
