"""The pages in another admin's clothes: templates and styles of django-unfold instead of Django's own."""

import json
import os
import subprocess
import sys

from tests.admin.under_unfold import PAGES


def test_under_unfold_every_page_is_shown_and_the_costs_have_their_charts():
    done = subprocess.run(
        [sys.executable, "-m", "tests.admin.under_unfold"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.admin.under_unfold"},
    )
    shown = json.loads(done.stdout)
    assert {page: found[:2] for page, found in shown.items()} == {page: [200, True] for page in PAGES}
    assert shown["costs/"][2] >= 1
