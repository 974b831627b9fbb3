"""Rows that are written by one plain INSERT are those that `save()` would have written."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from chatbot.models import Attempt, Conversation, Message, Turn
from chatbot.models.inserting import insert
from tests.accounting import rows

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def a_turn(conversation, **given):
    return Turn(
        conversation=conversation,
        client_message_id=uuid4().hex,
        page={"path": "/가방/", "cart": ["a", 1.5]},
        candidates=["SKU-1", "100%", "%s"],
        lease_until=NOW,
        started_at=NOW,
        **given,
    )


def written_both_ways(make):
    """What `save()` and what `insert` leave of the same row, without its key and what the clock says."""
    both = []
    for write in (lambda row: row.save(force_insert=True), insert):
        row = make()
        write(row)
        assert not row._state.adding
        kept = type(row).objects.get(pk=row.pk)
        names = {field.attname for field in kept._meta.concrete_fields} - {"id", "created_at", "client_message_id"}
        both.append({name: getattr(kept, name) for name in sorted(names)})
    return both


def test_a_row_is_the_one_that_save_would_have_written():
    conversation = Conversation.objects.create(visitor="v1", updated_at=NOW)
    turn = rows.turn()
    makers = (
        lambda: Conversation(visitor="v2", language="ko", updated_at=NOW),
        lambda: a_turn(conversation, status=Turn.Status.COMPLETE, ended_at=NOW, plan=[{"model": "alpha"}]),
        lambda: Attempt(
            id=uuid4(), turn=turn, conversation_id=turn.conversation_id, route=rows.route(), endpoint="default",
            requested_model="alpha", number=1, estimated_input_tokens=7, opened_at=NOW, counts_at=NOW,
        ),
    )  # fmt: skip
    for make in makers:
        by_save, by_insert = written_both_ways(make)
        assert by_save == by_insert
    message = Message(
        conversation=conversation, turn=turn, role=Message.Role.USER, text="가방?", parts=[{"type": "text"}]
    )
    insert(message)
    kept = Message.objects.get(pk=message.pk)
    assert (kept.text, kept.parts, kept.created_at) == (message.text, message.parts, message.created_at)


def test_a_row_that_is_there_is_an_error_or_left_out():
    conversation = Conversation.objects.create(visitor="v1", updated_at=NOW)
    again = Conversation(pk=conversation.pk, visitor="another", updated_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(again)
    insert(again, unless_there=True)
    assert Conversation.objects.get().visitor == "v1"
