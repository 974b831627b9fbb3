"""Staff subscribe to mails about money in the admin."""

import pytest
from django.contrib.auth.models import Permission, User

from chatbot.models import ReportSubscription

pytestmark = [pytest.mark.django_db, pytest.mark.database]

URL = "/admin/chatbot/reportsubscription/"


def reader(**fields) -> User:
    user = User.objects.create_user("dana", **{"email": "dana@shop.example", "is_staff": True} | fields)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="chatbot", codename__in=["view_costs", "view_budget"])
    )
    return user


@pytest.mark.parametrize("kind", ReportSubscription.Kind.values)
def test_a_subscription_is_added(staff, kind):
    user = reader()
    given = {"user": user.pk, "kind": kind, "language": "ko"}
    assert staff.post(f"{URL}add/", given).status_code == 302
    assert ReportSubscription.objects.get(user=user, kind=kind, language="ko").sent_until is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": ""}, "This user has no e-mail address."),
        ({"is_staff": False}, "This user may not see what these mails say."),
        ({"is_active": False}, "This user may not see what these mails say."),
    ],
)
def test_who_could_not_read_it_is_refused(staff, fields, sentence):
    given = {"user": reader(**fields).pk, "kind": "daily", "language": ""}
    response = staff.post(f"{URL}add/", given)
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not ReportSubscription.objects.exists()


def test_the_same_twice_and_unknown_languages_are_refused(staff):
    user = reader()
    given = {"user": user.pk, "kind": "daily", "language": ""}
    assert staff.post(f"{URL}add/", given).status_code == 302
    assert staff.post(f"{URL}add/", given).status_code == 200
    assert staff.post(f"{URL}add/", given | {"kind": "weekly", "language": "tlh"}).status_code == 200
    assert ReportSubscription.objects.count() == 1


def test_the_list_says_who_gets_mails(staff, django_assert_max_num_queries):
    users = [reader(), User.objects.create_user("gone", "gone@shop.example", is_staff=True, is_active=False)]
    for user in users:
        ReportSubscription.objects.create(user=user, kind="daily")
    with django_assert_max_num_queries(14):
        page = staff.get(URL).content.decode()
    assert page.count("icon-yes") == 1
    assert page.count("icon-no") == 1


@pytest.mark.parametrize(
    ("permissions", "sees", "adds"),
    [([], 403, 403), (["view_reportsubscription"], 200, 403), (["add_reportsubscription"], 403, 200)],
)
def test_permissions_are_djangos_own(staff_who_may, permissions, sees, adds):
    client = staff_who_may(*permissions)
    assert client.get(URL).status_code == sees
    assert client.get(f"{URL}add/").status_code == adds


def test_whoever_adds_one_usually_means_themselves(staff):
    user = User.objects.get(username="staff")
    assert f'value="{user.pk}"' in staff.get(f"{URL}add/").content.decode()
