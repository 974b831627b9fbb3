"""XML feeds: RSS with the merchant namespace, Atom, and XML that means harm."""

import gzip

import pytest

from chatbot.catalog.sources.rows import FeedError
from tests.catalog.conftest import Write, read

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">
<channel><title>The shop</title><link>https://shop.example</link>
%s
</channel></rss>"""
ITEM = """<item>
  <title>Page title</title><g:title>무선 이어폰 &amp; 케이스</g:title><g:id>E-1</g:id>
  <link>https://shop.example/e1</link>
  <g:price>259000 KRW</g:price><g:sale_price>199000 KRW</g:sale_price>
  <g:availability>품절</g:availability><g:product_type>Audio &gt; Earphones</g:product_type>
  <g:shipping><g:country>KR</g:country><g:price>3000 KRW</g:price></g:shipping>
  <g:additional_image_link>https://shop.example/1.png</g:additional_image_link>
  <g:additional_image_link>https://shop.example/2.png</g:additional_image_link>
</item>"""


def test_an_rss_item_is_a_product_and_what_lies_deeper_stays_apart(write: Write) -> None:
    (row,), rejected = read(write(RSS % ITEM, "feed.xml"))
    assert rejected == []
    assert (row.line, row.sku, row.title, row.availability) == (4, "E-1", "무선 이어폰 & 케이스", "out_of_stock")
    assert (str(row.price), str(row.sale_price), row.currency) == ("259000.0000", "199000.0000", "KRW")
    assert row.link == "https://shop.example/e1"
    assert row.attributes["shipping"] == "country: KR | price: 3000 KRW"
    assert row.attributes["additional_image_link"] == "https://shop.example/1.png | https://shop.example/2.png"


def test_an_atom_entry_gives_its_link_by_attribute(write: Write) -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
    <title>The shop</title><entry><g:id>1</g:id><title>Lamp</title><link href="https://shop.example/lamp"/></entry></feed>"""
    (row,), _ = read(write(atom, "feed"))
    assert (row.sku, row.title, row.link) == ("1", "Lamp", "https://shop.example/lamp")


def test_gzip_and_utf_16_are_read(write: Write) -> None:
    text = (RSS % ITEM).replace("UTF-8", "UTF-16").encode("utf-16")
    (row,), _ = read(write(gzip.compress(text), "feed.xml.gz"), format="xml")
    assert row.title == "무선 이어폰 & 케이스"


def test_a_bad_item_costs_itself_only(write: Write) -> None:
    items = ITEM + "<item><g:title>No id</g:title></item>" + ITEM.replace("E-1", "E-2")
    rows, (rejected,) = read(write(RSS % items, "feed.xml"))
    assert [row.sku for row in rows] == ["E-1", "E-2"]
    assert (rejected.line, rejected.column) == (12, "id")


def test_what_is_not_well_formed_ends_the_feed_there(write: Write) -> None:
    rows, (rejected,) = read(write(RSS % (ITEM + "<item><g:id>2</item>" + ITEM), "feed.xml"))
    assert [row.sku for row in rows] == ["E-1"]
    assert rejected.ends_feed
    assert rejected.line == 12


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY x "y">]><rss><channel><item/></channel></rss>', "document type"),
        ('<!DOCTYPE a SYSTEM "file:///etc/hostname"><rss/>', "document type"),
        ("<html><body>Not found</body></html>", "neither RSS nor Atom"),
        ("<rss", "cannot be read"),
        ("<rss>" + "<a>" * 40 + "</a>" * 40 + "</rss>", "nests elements deeper"),
    ],
)
def test_xml_that_is_no_feed_is_said_in_a_sentence(write: Write, content: str, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        read(write(content, "feed.xml"))


def test_an_endless_item_is_rejected_without_being_held(write: Write) -> None:
    long = ITEM.replace("E-1", "E-0").replace("</item>", f"<g:note>{'x' * 1_200_000}</g:note></item>")
    rows, (rejected,) = read(write(RSS % (long + ITEM), "feed.xml"))
    assert [row.sku for row in rows] == ["E-1"]
    assert "longer than" in rejected.reason
