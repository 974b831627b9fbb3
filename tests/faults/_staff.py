"""The staff's pages of the demo project under every kind of user: prints findings of row S11 as JSON lines.

`python -m tests.faults._staff` runs inside the project whose environment it is given.
"""

import csv
import io
import json
import logging
from datetime import timedelta
from decimal import Decimal

import django
from django.utils import timezone

FORBIDDEN = 403
LOGIN = "/admin/login/"


def main() -> None:
    """Fill the books, then knock at every door."""
    django.setup()
    logging.disable(logging.ERROR)  # each refusal would be a line
    _fill()
    for finding in (_matrix(), _outsiders(), _lookers(), _forged(), _formulas()):
        print(json.dumps(finding), flush=True)


def _fill() -> None:
    from chatbot.accounting import rollups
    from chatbot.models import Attempt, Budget, Price
    from tests.accounting.rows import settled
    from tests.admin.pages import FORMULAS

    now = timezone.now()
    Budget.objects.create(limit_usd=Decimal(5))
    for n, text in enumerate(FORMULAS):
        price = Price.objects.create(
            model=f"{text}{n}",
            valid_from=now - timedelta(days=90),
            input_per_million_usd=1,
            cached_input_per_million_usd=1,
            output_per_million_usd=1,
            note=text,
        )
        row = settled(now, "0.0009", model=price.model, book=price, served_model=text, upstream_id=text, page=text)
        row.endpoint = row.visitor = text
        row.error_code = text[:32]
        row.save(force_insert=True)
    Attempt.objects.bulk_create([settled(now - timedelta(days=70), "1")])
    rollups.roll_up(now)


def _client(name: str, *permissions: str, staff: bool = True, checks: bool = False):
    from django.contrib.auth.models import Permission, User
    from django.test import Client

    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": staff})
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="chatbot", codename__in=permissions))
    client = Client(enforce_csrf_checks=checks, headers={"host": "localhost"})
    client.force_login(user)
    return client


def _matrix() -> dict[str, object]:
    """Each page with its own permission, with all others, and with none."""
    from tests.admin.pages import PAGES

    opened, refused = 0, 0
    wrong: list[str] = []
    for n, (url, permission) in enumerate(PAGES.items()):
        others = sorted(set(PAGES.values()) - {permission})
        for name, names, expected in (
            (f"own{n}", [permission], 200),
            (f"others{n}", others, FORBIDDEN),
            ("none", [], FORBIDDEN),
        ):
            response = _client(name, *names).get(url, follow=expected == 200)
            opened += response.status_code == 200 and expected == 200
            refused += response.status_code == FORBIDDEN and expected == FORBIDDEN
            if response.status_code != expected:
                wrong.append(f"{url} {name} {response.status_code}")
    return {
        "fault": "staff without the page's own permission",
        "runs": 3 * len(PAGES),
        "figure": f"refused {refused} of {2 * len(PAGES)}, opened to its own {opened} of {len(PAGES)}"
        + (f"; wrong {wrong[:3]}" if wrong else ""),
        "holds": not wrong,
    }


def _outsiders() -> dict[str, object]:
    """Shoppers with an account, strangers without."""
    from django.test import Client

    from tests.admin.pages import PAGES

    shopper, stranger = _client("shopper", staff=False), Client(headers={"host": "localhost"})
    inside = 0
    for url in PAGES:
        for client in (shopper, stranger):
            inside += not client.get(url).headers.get("Location", "").startswith(LOGIN)
    return {
        "fault": "shoppers and strangers at the staff's pages",
        "runs": 2 * len(PAGES),
        "figure": f"let in {inside}",
        "holds": not inside,
    }


def _lookers() -> dict[str, object]:
    """Staff with every view permission post to every form and try every action."""
    from chatbot.models import Attempt, Budget, ClosedMonth, Price
    from tests.admin.pages import PAGES

    def state() -> list[object]:
        tables = (Attempt, Budget, ClosedMonth, Price)
        return [list(table.objects.order_by("pk").values_list()) for table in tables]

    client = _client("looker", *(name for name in PAGES.values() if name.startswith("view_")))
    before, tried, answered = state(), 0, 0
    posts = [(url, {"month": "2026-01", "limit_usd": "9", "post": "yes"}) for url in PAGES]
    for table in (Attempt, Budget, Price):
        row = table.objects.order_by("pk").first()
        name = table._meta.model_name
        posts += [(f"/admin/chatbot/{name}/{row.pk}/{what}/", {"post": "yes"}) for what in ("change", "delete")]
        selected = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
        posts.append((f"/admin/chatbot/{name}/", selected))
    for url, form in posts:
        tried += 1
        answered += client.post(url, form).status_code >= 500
    changed = sum(a != b for a, b in zip(before, state(), strict=True))
    return {
        "fault": "staff who may only look, posting to all of it",
        "runs": tried,
        "figure": f"tables changed {changed}, server errors {answered}",
        "holds": not changed and not answered,
    }


def _forged() -> dict[str, object]:
    """A form of another site closes no month."""
    from chatbot.accounting import closing
    from chatbot.models import ClosedMonth

    month = closing.next_month(timezone.now())
    client = _client("closer", "add_closedmonth", checks=True)
    status = client.post("/admin/chatbot/closedmonth/close/", {"month": str(month)}).status_code
    closed = ClosedMonth.objects.count()
    return {
        "fault": "another site's form closes a month",
        "runs": 1,
        "figure": f"status {status}, months closed {closed}",
        "holds": status == FORBIDDEN and not closed and month is not None,
    }


def _formulas() -> dict[str, object]:
    """Names that upstreams and shoppers chose, in every export."""
    from openpyxl import load_workbook

    from chatbot.models import Attempt
    from tests.admin.pages import COSTS, FORMULAS, computes

    client = _client("exporter", "view_costs", "view_attempt")
    cells, formulas, kept = 0, 0, 0
    for url in (f"{COSTS}export/csv/", f"{COSTS}export/focus/", "/admin/chatbot/attempt/export/"):
        text = b"".join(client.get(url).streaming_content).decode("utf-8-sig")
        for line in csv.reader(io.StringIO(text, newline="")):
            cells += len(line)
            formulas += sum(map(computes, line))
            kept += any("HYPERLINK" in cell for cell in line)
    book = load_workbook(io.BytesIO(b"".join(client.get(f"{COSTS}export/xlsx/").streaming_content)))
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            cells += len(line)
            formulas += sum(cell.data_type == "f" for cell in line)
    whole = Attempt.objects.count() >= len(FORMULAS)
    return {
        "fault": "names that are formulas, in CSV, Excel and FOCUS",
        "runs": cells,
        "figure": f"cells that compute {formulas} of {cells}",
        "holds": not formulas and bool(kept) and whole,
    }


if __name__ == "__main__":
    main()
