"""`python -m tests.pictures`: the demo shop with its assistant, as the README shows it, in docs/shop.png.

A real demo, Debian's chromium, the simulator in place of a model; nothing is edited afterwards.
"""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

PICTURE: Final = Path(__file__).resolve().parent.parent / "docs" / "shop.png"
QUESTION: Final = "5만원 이하 선물 추천해 주세요"
SIZE: Final = {"width": 1180, "height": 760}
COLORS: Final = 128


def main() -> None:
    """Write the picture."""
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(viewport=SIZE, locale="ko-KR", reduced_motion="reduce").new_page()
        page.goto(address)
        shot = _asked(page)
        browser.close()
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    picture.save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")


@contextmanager
def _demo() -> Iterator[str]:
    """The address of a demo shop that has just been made."""
    with TemporaryDirectory(prefix="chatbot-pictures-") as var, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [sys.executable, "-m", "config.demo", "--port", str(port)]
        environment = {**os.environ, "SHOP_VAR": var}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            any("Ctrl-C stops" in line for line in process.stdout)
            try:
                yield f"http://127.0.0.1:{port}/"
            finally:
                process.send_signal(signal.SIGINT)
                process.communicate()


def _asked(page: Page) -> bytes:
    """The page with the whole answer to the question on it."""
    page.locator("chatbot-widget").get_by_role("button").first.click()
    page.locator("chatbot-widget textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    answer = page.locator("chatbot-widget [aria-busy]").last
    expect(page.locator("chatbot-widget a[href*='/p/']").first).to_be_visible(timeout=30_000)
    expect(answer).to_have_attribute("aria-busy", "false", timeout=30_000)
    page.wait_for_timeout(500)
    return page.screenshot()


if __name__ == "__main__":
    main()
