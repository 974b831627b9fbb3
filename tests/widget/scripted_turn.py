"""A turn that is said part by part, followed from any part, and stored as a session gives it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import uuid4

from tests.widget.parts import Part


@dataclass
class Turn:
    """One turn: its parts so far, numbered from 1, and who waits for more."""

    question: str
    id: str = field(default_factory=lambda: str(uuid4()))
    message: str = field(default_factory=lambda: str(uuid4()))
    parts: list[Part] = field(default_factory=list)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def over(self) -> bool:
        """Whether the last part was said."""
        return bool(self.parts) and self.parts[-1]["type"] in ("finish", "abort", "error")

    async def say(self, part: Part) -> None:
        """Add a part."""
        async with self.news:
            self.parts.append(part)
            self.news.notify_all()

    async def follow(self, after: int) -> AsyncIterator[tuple[int, Part]]:
        """Parts after number `after`, to the last."""
        while True:
            while after < len(self.parts):
                after += 1
                yield after, self.parts[after - 1]
            if self.over:
                return
            async with self.news:
                while after >= len(self.parts):
                    await self.news.wait()

    def stored(self) -> list[Part]:
        """The two messages as the session gives them."""
        blocks: dict[str, Part] = {}
        parts: list[Part] = []
        for part in self.parts:
            match part["type"]:
                case "text-start":
                    blocks[part["id"]] = {"type": "text", "text": ""}
                    parts.append(blocks[part["id"]])
                case "text-delta":
                    blocks[part["id"]]["text"] += part["delta"]
                case "data-product":
                    parts.append(part)
        last = self.parts[-1] if self.over else {"type": ""}
        ending = {"abort": "stopped", "error": "failed", "": ""}.get(last["type"], "complete")
        row = {"turn": self.id, "ending": ending, "feedback": None, "created_at": "2026-11-02T03:04:05Z"}
        asked = {"id": f"q-{self.id}", "role": "user", "parts": [{"type": "text", "text": self.question}], **row}
        if not self.over or last["type"] == "error":
            return [asked]
        return [asked, {"id": self.message, "role": "assistant", "parts": parts, **row}]
