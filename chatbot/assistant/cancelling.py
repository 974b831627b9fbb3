"""Tasks that are cancelled, and work that goes on to its end when its own task is."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

logger = logging.getLogger(__name__)


async def cancel(task: asyncio.Task[Any]) -> None:  # Any: what it would have returned
    """Cancel `task` and await its end; what it raises instead is logged."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled() and (error := task.exception()):
        logger.error("%s failed while it was stopped", task.get_name(), exc_info=error)


async def to_the_end(work: Awaitable[None]) -> None:
    """Await `work` to its end even when this task is cancelled meanwhile, as at the end of the process."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
