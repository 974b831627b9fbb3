"""`python -m tests.transcript`: two talks with the demo's assistant, written down as docs/transcript.md.

The demo's catalogue and entries, the whole app, and the simulator in place of a model; nothing is edited afterwards.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import django

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "transcript.md"

HEAD: Final = """\
# Two talks

Written by `python -m tests.transcript`: the demo's catalogue and terms, the whole app, and the simulated relay in place
of a model. What the widget shows as a card stands behind a `>`: title, price and stock of the shop's database. Nothing
was edited.
"""

TALKS: Final = {
    "ko": (
        "안녕하세요",
        "20만원 이하 키보드 추천해 주세요",
        "첫 번째 거보다 싼 거 있어요?",
        "두 번째 거 자세히 알려 주세요",
        "샌드색 캠핑 의자 있나요?",
        "이거랑 비슷한데 포레스트색으로 있을까요?",
        "에스프레소 머신 보여 주세요",
        "배송은 얼마나 걸려요? 배송비도 궁금해요",
        "플레이스테이션 있어요?",
        "소니 헤드폰 있어요?",
        "고마워요!",
    ),
    "en": (
        "Hi there",
        "Can you recommend running shoes under 200,000 won?",
        "Do you have something cheaper than the first one?",
        "Tell me more about the second one",
        "I'm looking for a balance bike in green",
        "Like this one but in red",
        "Do you have a teddy bear?",
        "Can I return it if I don't like it?",
        "Do you sell surfboards?",
        "Do you have Sony headphones?",
        "Thanks a lot!",
    ),
}


async def _talk(language: str, questions: tuple[str, ...]) -> list[str]:
    from chatbot.assistant import turn
    from chatbot.visitors import Visitor

    visitor = Visitor(key=f"transcript:{uuid4()}")
    conversation = None
    lines = []
    for question in questions:
        ask = turn.Ask(
            text=question, client_message_id=str(uuid4()), conversation=conversation, page={}, language=language
        )
        reply = await turn.answer(visitor, ask)
        conversation = reply.conversation
        lines += [f"**Shopper:** {question}", "", *_told(reply.parts), ""]
    return lines


def _told(parts: list[Mapping[str, Any]]) -> Iterator[str]:  # Any: JSON
    speaker = "**Assistant:** "
    for part in parts:
        if part["type"] == "text":
            yield f"{speaker}{part['text'].strip()}"
            yield ""
            speaker = ""
        elif part["type"] == "data-product":
            card = part["data"]
            price = card["price_text"]
            if card.get("sale_price_text"):
                price = f"~~{price}~~ {card['sale_price_text']}"
            yield f"> {card['title']} · {price} · {card['availability_text']}"
            yield ""


def _inside() -> None:
    """In the process that has the demo's settings: the page, to standard output."""
    django.setup()
    from django.core.management import call_command

    from chatbot.models import Endpoint, Route
    from chatbot.relay.pool import close_clients

    call_command("shop_prepare", stdout=sys.stderr)
    Route.objects.all().delete()
    endpoint, _ = Endpoint.objects.get_or_create(name="default")
    Route.objects.create(endpoint=endpoint, model="gemini-2.5-flash")

    async def talks() -> None:
        for language, questions in TALKS.items():
            print(f"## {'Korean' if language == 'ko' else 'English'}\n")
            print("\n".join(await _talk(language, questions)))
        await close_clients()

    print(HEAD)
    asyncio.run(talks())


def main() -> None:
    """Write the page."""
    from chatbot.simulator.testing import run_in_process
    from tests.bench.databases import sqlite

    with run_in_process("--tokens-per-second", "0", "--latency", "0", "--seed", "7") as url, sqlite() as env:
        given = {**os.environ, **env, "CHATBOT_RELAY_URL": url}
        command = [sys.executable, "-m", "tests.transcript", "--inside"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=given)
    lines = done.stdout.rstrip().splitlines()
    PAGE.write_text("\n".join(line for at, line in enumerate(lines) if line or lines[at - 1]) + "\n", "utf-8")
    print(f"{PAGE.name}: {len(lines)} lines")


if __name__ == "__main__":
    _inside() if "--inside" in sys.argv else main()
