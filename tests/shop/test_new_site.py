"""A new Django project into which the README's own lines are put, and nothing else."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chatbot.simulator.testing import RunningSimulator
from tests.shop.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FEED = """<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>T1</g:id><title>Green tea</title><g:price>12.50 USD</g:price><link>https://shop.example/t1</link></item>
<item><g:id>T2</g:id><title>Ceramic teapot</title><g:price>45.00 USD</g:price></item>
</channel></rss>"""
MODELS = """
from django.db import models

class Maker(models.Model):
    name = models.CharField(max_length=50)

class Good(models.Model):
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=50)
    text = models.TextField()
    price_cents = models.IntegerField()
    stock = models.IntegerField()
    photo = models.FileField(blank=True)
    maker = models.ForeignKey(Maker, models.CASCADE)
    weight_g = models.IntegerField()
    is_public = models.BooleanField(default=True)

    def get_absolute_url(self):
        return f"/goods/{self.code}/"
"""


def blocks(heading: str) -> list[str]:
    """The lines of code below a heading, as somebody copies them."""
    section = re.split(r"\n##+ ", README.split(f"# {heading}\n")[1])[0]
    found = re.findall(r"(?:^ {4,}\S.*\n(?:^ {4,}.*\n|\n(?= {4}))*)", section, re.M)
    return [textwrap.dedent(block).strip("\n") for block in found]


class Site:
    """The project, and its `manage.py`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "CHATBOT_RELAY_KEY"},
            "DJANGO_SETTINGS_MODULE": "mysite.settings",
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def manage(self, *command: str) -> str:
        """What the command says; it must end well."""
        done = self.run("manage.py", *command)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def add(self, name: str, text: str) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, simulator_thread: RunningSimulator) -> Site:
    """Steps 1 to 5, and 2 with the line that the simulator prints."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "-m", "django", "startproject", "mysite", str(folder)], check=True)
    made = Site(folder)
    _, apps, relay, urls, asgi, tag, _ = blocks("Put it into a shop")
    made.add("mysite/settings.py", f'{apps}\n{relay}\nTEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]')
    endpoint = {"URL": simulator_thread.url, "KEY": simulator_thread.key}
    made.add("mysite/settings.py", f'CHATBOT["ENDPOINTS"]["default"] = {endpoint}')
    made.add("mysite/urls.py", urls)
    made.add("mysite/urls.py", "from django.views.generic import TemplateView")
    made.add("mysite/urls.py", 'urlpatterns += [path("", TemplateView.as_view(template_name="base.html"))]')
    wsgi_like = "application = get_asgi_application()"
    plain = (folder / "mysite/asgi.py").read_text(encoding="utf-8")
    assert wsgi_like in plain
    (folder / "mysite/asgi.py").write_text(plain.replace(wsgi_like, asgi), encoding="utf-8")
    (folder / "templates").mkdir()
    (folder / "templates/base.html").write_text(f"<!doctype html><body>{tag}</body>", encoding="utf-8")
    made.manage("migrate", "-v0")
    return made


def test_the_checks_ask_for_nothing_but_what_a_new_projects_sqlite_lacks(site: Site) -> None:
    said = site.manage("check")
    assert re.findall(r"\((\w+\.\w+)\)", said) == ["chatbot.W005"]


def test_a_feed_is_imported_searched_and_asked(site: Site) -> None:
    (site.folder / "products.xml").write_text(FEED, encoding="utf-8")
    [command] = [block for block in blocks("Put it into a shop") if "chatbot_import" in block]
    assert "2 added" in site.manage(*shlex.split(command)[1:])
    assert "Green tea  $12.50  in stock" in site.manage("chatbot_search", "tea")
    assert "ending complete" in site.manage("chatbot_ask", "green tea")


@pytest.fixture
def served(site: Site) -> Iterator[str]:
    """The site under the server that the README names."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    [application] = re.findall(r"`uvicorn (mysite\.\S+)`", README)
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--log-level", "warning"]
    with subprocess.Popen(command, cwd=site.folder, env=site.environment) as process:
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def test_the_page_has_the_widget_and_the_curl_lines_get_answers(site: Site, served: str) -> None:
    page = httpx.get(served).text
    assert '<chatbot-widget prefix="/chat/"' in page
    [commands] = blocks("Without the widget")
    stream, whole = map(shlex.split, commands.replace("\\\n", " ").split("\n\n"))
    for curl in (stream, whole):
        [address] = [word for word in curl if word.startswith("http://127.0.0.1:8000")]
        body = curl[curl.index("-d") + 1]
        response = httpx.post(
            address.replace("http://127.0.0.1:8000", served),
            content=body,
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        assert response.status_code == 200, response.text
        if curl is stream:
            assert response.headers["Content-Type"].startswith("text/event-stream")
            assert response.text.endswith("data: [DONE]\n\n")
        else:
            assert json.loads(response.text)["ending"] == "complete"


def test_celery_knows_the_tasks_and_their_schedule(site: Site) -> None:
    section = "Celery, mails, retention"
    [module] = [block for block in blocks(section) if block.startswith("import os")]
    [line] = re.findall(r"`(from mysite\.celery import .*?)`", README)
    (site.folder / "mysite/celery.py").write_text(module, encoding="utf-8")
    site.add("mysite/__init__.py", line)
    done = site.run(
        "-c",
        "from mysite.celery import app\n"
        "import django; django.setup()\n"
        "app.loader.import_default_modules()\n"
        "assert len(app.conf.beat_schedule) >= 4\n"
        "assert {entry['task'] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)",
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_model_of_the_shops_own_is_taken_in(site: Site) -> None:
    (site.folder / "shop").mkdir()
    (site.folder / "shop/__init__.py").touch()
    (site.folder / "shop/models.py").write_text(MODELS, encoding="utf-8")
    [sources] = [block for block in blocks("A model of the shop's own") if block.startswith('CHATBOT["SOURCES"]')]
    site.add("mysite/settings.py", f'INSTALLED_APPS += ["shop"]\n{sources}')
    site.manage("makemigrations", "shop", "-v0")
    site.manage("migrate", "-v0")
    site.manage(
        "shell",
        "-c",
        "from shop.models import *\n"
        "Good.objects.bulk_create([Good(code='G1', name='Kettle', text='Boils.', price_cents=1250, stock=0, weight_g=9,"
        " maker=Maker.objects.create(name='Dawn'))])",
    )
    [command] = re.findall(r"`manage.py (chatbot_sync shop)`", README)
    assert "shop: 1 added, 0 changed, 0 unchanged, 0 rejected" in site.manage(*command.split())
    assert "G1  Kettle  $12.50  sold out" in site.manage("chatbot_search", "kettle")
