"""A browser that is driven by the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page

# What has the focus, as a screen reader would name it.
_NAME = """() => {
  const at = document.activeElement;
  const by = (at.getAttribute("aria-labelledby") ?? "").split(" ").map(id => document.getElementById(id)?.innerText);
  const words = [at.getAttribute("aria-label"), by.join(" ").trim(), at.labels?.[0]?.innerText, at.innerText, at.title];
  return (words.find(word => word && word.trim()) ?? at.tagName).trim();
}"""
_MOST = 150


def focused(page: Page) -> str:
    """The name of what has the focus."""
    return str(page.evaluate(_NAME))


def reach(page: Page, name: str, key: str = "Tab") -> str:
    """Presses ``key`` until what has the focus is called so, or begins so; its whole name. Raises AssertionError with
    all that was passed.
    """
    passed: list[str] = []
    for _ in range(_MOST):
        page.keyboard.press(key)
        passed.append(focused(page))
        # The icons of a button are lines of their own.
        lines = passed[-1].split("\n\n")
        if passed[-1].startswith(name) or (len(lines) <= 3 and name in lines):
            return passed[-1]
    raise AssertionError(f"{name!r} is none of {passed}")
