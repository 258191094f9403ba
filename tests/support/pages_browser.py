"""A real Chromium that reads the pages, and notes whom it asks and what it complains of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page, async_playwright

from tests.support.programs import need


@dataclass
class Seen:
    """One page in the browser: `asked` are the addresses it asked, `complaints` what its console says."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def width_over(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        root = "document.documentElement"
        return int(await self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Start Debian's Chromium; without a sandbox, because tests run as root in containers."""
    program = need("chromium", "chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-lcd-text"])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_page(browser: Browser, width: int = 1_200, **more: object) -> AsyncIterator[Seen]:
    """Open a window of a width in CSS pixels; `more` is playwright's (color_scheme, java_script_enabled...)."""
    context = await browser.new_context(viewport={"width": width, "height": 900}, **more)  # type: ignore[arg-type]
    page = await context.new_page()
    seen = Seen(page)
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("console", lambda said: seen.complaints.append(said.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    try:
        yield seen
    finally:
        await context.close()
