"""Entries and instructions in the admin."""

import pytest

from chatbot.assistant import instructions
from chatbot.models import Instructions, ShopEntry

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ENTRY = {"topic": "delivery", "language": "ko", "title": "배송 안내", "text": "2~3일 걸려요.", "enabled": "on"}


def test_an_entry_holds_as_soon_as_it_is_saved(staff_who_may):
    client = staff_who_may("add_shopentry", "change_shopentry")
    assert client.post("/admin/chatbot/shopentry/add/", {**ENTRY, "link": "/delivery/"}).status_code == 302
    entry = ShopEntry.objects.get()
    assert [each.title for each in instructions.in_force().shelf.entries] == ["배송 안내"]
    page = f"/admin/chatbot/shopentry/{entry.pk}/change/"
    assert client.post(page, {**ENTRY, "link": "", "enabled": ""}).status_code == 302
    assert instructions.in_force().shelf.entries == ()


@pytest.mark.parametrize(
    "wrong", [{"link": "javascript:alert(1)"}, {"link": "//evil.example"}, {"language": "Korean!"}, {"text": ""}]
)
def test_what_no_shopper_should_meet_is_refused(staff, wrong):
    assert staff.post("/admin/chatbot/shopentry/add/", {**ENTRY, "link": "", **wrong}).status_code == 200
    assert not ShopEntry.objects.exists()


def test_instructions_are_added_and_never_changed(staff):
    page = staff.get("/admin/chatbot/instructions/add/").content.decode()
    assert "You are the shopping assistant of {shop}." in page
    assert staff.post("/admin/chatbot/instructions/add/", {"text": "Be brief.", "note": "first"}).status_code == 302
    first = Instructions.objects.get()
    assert (first.text, first.created_by.username) == ("Be brief.", "staff")
    url = f"/admin/chatbot/instructions/{first.pk}/"
    assert staff.post(f"{url}change/", {"text": "Be long."}).status_code == 403
    assert staff.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert Instructions.objects.get().text == "Be brief."


def test_an_old_version_is_used_again_by_a_new_one(staff):
    old = Instructions.objects.create(text="Be brief.")
    Instructions.objects.create(text="Be long.")
    assert instructions.in_force().text == "Be long."
    shown = staff.get("/admin/chatbot/instructions/").content.decode()
    assert f"/admin/chatbot/instructions/add/?version={old.pk}" in shown
    page = staff.get(f"/admin/chatbot/instructions/add/?version={old.pk}").content.decode()
    assert "Be brief." in page
    assert "Be long." in staff.get("/admin/chatbot/instructions/add/?version=x").content.decode()


def test_a_text_beyond_its_length_is_refused(staff):
    assert staff.post("/admin/chatbot/instructions/add/", {"text": "a" * 6001}).status_code == 200
    assert not Instructions.objects.exists()


def test_a_shop_without_instructions_is_told_that_the_built_in_ones_hold(staff):
    said = "The built-in instructions hold until you add some."
    assert said in staff.get("/admin/chatbot/instructions/").content.decode()
    Instructions.objects.create(text="Be kind.")
    assert said not in staff.get("/admin/chatbot/instructions/").content.decode()
