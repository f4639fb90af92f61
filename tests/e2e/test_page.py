"""The terminal page and the reference's client in headless Chromium."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import chromium_page
from tests.e2e.conftest import Demo
from vezta_stream.core.channels import Channel

pytestmark = pytest.mark.e2e

MS = 30_000

REFERENCE_CLIENT = """
async ({ url, token, channels, transports }) => {
  const { io } = await import("/vendor/socket.io.esm.min.js");
  const socket = io(`${url}/ws`, {
    transports, auth: { token },
    reconnection: true, reconnectionDelay: 1000, reconnectionDelayMax: 30000,
  });
  const seen = new Set();
  const errors = [];
  socket.on("error", (error) => errors.push(error));
  const done = new Promise((resolve) => {
    socket.on("data", ({ channel }) => {
      seen.add(channel);
      if (seen.size === channels.length) resolve();
    });
    setTimeout(resolve, 45000);
  });
  socket.on("connect", () => {
    for (const channel of channels) socket.emit("subscribe", { channel });
  });
  await done;
  const transport = socket.io.engine?.transport?.name;
  socket.close();
  return { seen: [...seen].sort(), errors, transport };
}
"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page that must stay without a word in its console."""
    said: list[str] = []
    async with chromium_page() as fresh:
        fresh.on("console", lambda line: said.append(f"{line.type}: {line.text}"))
        fresh.on("pageerror", lambda error: said.append(f"error: {error}"))
        yield fresh
    assert [line for line in said if line.startswith(("error", "warning"))] == []


@pytest.mark.parametrize("transports", [["websocket"], ["polling", "websocket"]])
async def test_the_references_client_receives_all_channels_in_a_browser(
    demo: Demo, page: Page, transports: list[str]
) -> None:
    await page.goto(demo.url)
    channels = sorted(channel.value for channel in Channel)
    asked = {"url": demo.url, "token": demo.token("demo"), "transports": transports}

    result: dict[str, Any] = await page.evaluate(REFERENCE_CLIENT, {**asked, "channels": channels})

    assert result == {"seen": channels, "errors": [], "transport": "websocket"}


async def test_the_page_shows_prices_a_book_and_trades(demo: Demo, page: Page) -> None:
    await page.goto(demo.url)

    await expect(page.get_by_test_id("status")).to_contain_text(re.compile("live|connected", re.I))
    row = page.get_by_test_id("market-row").first
    await expect(row.get_by_test_id("price")).to_have_text(re.compile(r"\d"), timeout=MS)
    await row.click()
    await expect(page.get_by_test_id("book-bids")).to_contain_text(re.compile(r"\d"), timeout=MS)
    await expect(page.get_by_test_id("book-asks")).to_contain_text(re.compile(r"\d"), timeout=MS)
    await expect(page.get_by_test_id("signal").first).to_be_visible(timeout=MS)


async def test_logging_in_shows_the_users_orders_and_logging_out_hides_them(
    demo: Demo, page: Page
) -> None:
    await page.set_viewport_size({"width": 1400, "height": 900})
    await page.goto(demo.url)

    await page.get_by_test_id("login").click()
    await expect(page.get_by_test_id("order").first).to_be_attached(timeout=MS)
    await expect(page.get_by_test_id("portfolio-value")).to_contain_text(
        re.compile(r"\d"), timeout=MS
    )
    await page.get_by_test_id("logout").click()

    await expect(page.get_by_test_id("order")).to_have_count(0, timeout=MS)
    await expect(page.get_by_test_id("login")).to_be_visible()
