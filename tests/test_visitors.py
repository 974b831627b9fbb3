"""Who asks, from which page, and how often."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from chatbot import visitors
from chatbot.counters import Counters
from chatbot.errors import NotFound, OriginRefused, RateLimited
from chatbot.models import Conversation, Message, Turn
from chatbot.visitors import Visitor, VisitorEvidence


def evidence(cookie: str = "", **more: object) -> VisitorEvidence:
    return VisitorEvidence(**{"cookies": {"chatbot_visitor": cookie}, "headers": {}, "address": "192.0.2.7", **more})


def test_a_visitor_without_a_cookie_is_new_each_time() -> None:
    first, second = visitors.resolve(evidence()), visitors.resolve(evidence())
    assert first.is_new
    assert first.key != second.key


def test_the_signed_cookie_brings_the_same_visitor_back() -> None:
    first = visitors.resolve(evidence())
    again = visitors.resolve(evidence(visitors.signed_key(first)))
    assert (again.key, again.is_new) == (first.key, False)


@pytest.mark.parametrize(
    "forge", [lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"), lambda c: "x" + c, lambda c: c[::-1]]
)
def test_a_forged_cookie_is_a_new_visitor(forge: object) -> None:
    first = visitors.resolve(evidence())
    forged = visitors.resolve(evidence(forge(visitors.signed_key(first))))  # type: ignore[operator]
    assert forged.is_new
    assert forged.key != first.key


@override_settings(SECRET_KEY="another")
def test_a_cookie_signed_with_another_key_is_a_new_visitor() -> None:
    with override_settings(SECRET_KEY="theirs"):
        cookie = visitors.signed_key(Visitor(key="a" * 32))
    assert visitors.resolve(evidence(cookie)).is_new


def test_forwarded_addresses_are_believed_only_from_own_proxies() -> None:
    forwarded = evidence(headers={"x-forwarded-for": "203.0.113.9, 198.51.100.1"})
    assert visitors.network_address(forwarded) == "192.0.2.7"
    with override_settings(CHATBOT={"TRUSTED_PROXIES": 1}):
        assert visitors.network_address(forwarded) == "198.51.100.1"
    with override_settings(CHATBOT={"TRUSTED_PROXIES": 3}):
        assert visitors.network_address(forwarded) == "192.0.2.7"


FOREIGN = {
    "another site": "https://evil.example",
    "null": "null",
    "absent": None,
    "empty": "",
    "another port": "https://shop.example:8443",
    "http on https": "http://shop.example",
    "our name as a prefix": "https://shop.example.evil.example",
    "our name as a suffix": "https://evilshop.example",
    "a subdomain": "https://cdn.shop.example",
    "our name before an @": "https://shop.example@evil.example",
    "a path that ends in ours": "https://evil.example/https://shop.example",
    "a port that is none": "https://shop.example:port",
    "another scheme": "file://shop.example",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_origin_is_refused(name: str) -> None:
    with pytest.raises(OriginRefused):
        visitors.refuse_foreign_origin(FOREIGN[name], host="shop.example", secure=True)


@pytest.mark.parametrize("origin", ["https://shop.example", "https://SHOP.example:443", "https://shop.example/"])
def test_the_shops_own_origin_passes(origin: str) -> None:
    visitors.refuse_foreign_origin(origin, host="shop.example", secure=True)


def test_an_allowed_origin_passes() -> None:
    with override_settings(CHATBOT={"ALLOWED_ORIGINS": ["https://m.shop.example"]}):
        visitors.refuse_foreign_origin("https://m.shop.example", host="shop.example", secure=True)


@pytest.mark.django_db
def test_what_is_not_yours_answers_like_what_does_not_exist() -> None:
    now = timezone.now()
    theirs = Conversation.objects.create(visitor="theirs", updated_at=now)
    turn = Turn.objects.create(conversation=theirs, client_message_id="1", lease_until=now, started_at=now)
    message = Message.objects.create(conversation=theirs, turn=turn, role="user", text="hello")
    me, they = Visitor(key="mine"), Visitor(key="theirs")
    for find, row in [
        (visitors.conversation_of, theirs),
        (visitors.turn_of, turn),
        (visitors.message_of, message),
    ]:
        assert find(they, str(row.pk)) == row
        for wrong in [str(row.pk), "00000000-0000-4000-8000-000000000000", "not an id", ""]:
            with pytest.raises(NotFound) as caught:
                find(me, wrong)
            assert str(caught.value) == str(NotFound())


@pytest.mark.django_db
def test_a_conversation_that_went_along_with_a_login_is_not_the_next_persons(django_user_model: type) -> None:
    owner = django_user_model.objects.create_user("owner")
    other = django_user_model.objects.create_user("other")
    talk = Conversation.objects.create(visitor="shared-computer", user=owner, updated_at=timezone.now())
    assert visitors.conversation_of(Visitor(key="elsewhere", user_id=owner.pk), str(talk.pk)) == talk
    for stranger in [Visitor(key="shared-computer"), Visitor(key="shared-computer", user_id=other.pk)]:
        with pytest.raises(NotFound):
            visitors.conversation_of(stranger, str(talk.pk))


def test_a_chat_name_is_an_id_only_within_one_visitor() -> None:
    mine, theirs = Visitor(key="a"), Visitor(key="b")
    assert visitors.named_conversation(mine, "chat") == visitors.named_conversation(mine, "chat")
    assert visitors.named_conversation(mine, "chat") != visitors.named_conversation(theirs, "chat")


@pytest.mark.parametrize(
    ("setting", "same"), [("QUESTIONS_PER_MINUTE", "key"), ("QUESTIONS_PER_MINUTE_PER_ADDRESS", "address")]
)
def test_too_many_questions_in_a_minute_are_refused_with_the_wait(
    setting: str, same: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(visitors, "time", SimpleNamespace(time=lambda: 1_800_000_045.0))
    limits = {"QUESTIONS_PER_MINUTE": 0, "QUESTIONS_PER_MINUTE_PER_ADDRESS": 0, setting: 2}
    with override_settings(CHATBOT=limits):
        askers = [Visitor(**{"key": str(n), "address": f"192.0.2.{n}", same: "always the same"}) for n in range(3)]
        visitors.check_rate(askers[0])
        visitors.check_rate(askers[1])
        with pytest.raises(RateLimited) as caught:
            visitors.check_rate(askers[2])
    assert caught.value.retry_after_s == 15.0


AWAY = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9"}}


def test_while_the_cache_is_away_questions_are_counted_in_the_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(visitors, "counters", counting := Counters())
    visitor = Visitor(key="a", address="192.0.2.1")
    limits = {"QUESTIONS_PER_MINUTE": 2, "QUESTIONS_PER_MINUTE_PER_ADDRESS": 0}
    with override_settings(CHATBOT=limits, CACHES=AWAY):
        visitors.check_rate(visitor)
        visitors.check_rate(visitor)
        with pytest.raises(RateLimited):
            visitors.check_rate(visitor)
        assert caplog.text.count("The default cache is away (ConnectionError)") == 1
    monkeypatch.setattr(counting, "_away_until", 0.0)
    with override_settings(CHATBOT=limits):
        visitors.check_rate(visitor)  # the cache is back, and knows nothing of that minute
        assert len(caplog.records) == 1


def test_the_relay_learns_a_pseudonym_and_not_the_cookie() -> None:
    visitor = Visitor(key="a" * 32, user_id=7)
    assert visitors.pseudonym(visitor) == visitors.pseudonym(Visitor(key="b" * 32, user_id=7))
    assert "a" * 32 not in visitors.pseudonym(Visitor(key="a" * 32))
