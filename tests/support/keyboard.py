"""A browser that is driven by the keyboard alone, and whose focus is seen wherever it stops."""

from __future__ import annotations

from playwright.sync_api import Page, expect

# What has the focus, as a screen reader would name it, and whether it is seen: by an outline, a ring of shadow, or the
# frame of the field that it is in. A table draws the frame of its cell itself, and nothing is where the page ends.
_STOP = """() => {
  const at = document.activeElement;
  const by = (at.getAttribute("aria-labelledby") ?? "").split(" ").map(id => document.getElementById(id)?.innerText);
  const words = [at.getAttribute("aria-label"), by.join(" ").trim(), at.labels?.[0]?.innerText, at.innerText, at.title];
  const name = (words.find(word => word && word.trim()) ?? at.tagName).trim();
  for (let one = at, up = 0; one && up < 4; one = one.parentElement, up++) {
    const style = getComputedStyle(one);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5;
    const ringed = style.boxShadow !== "none" && !style.boxShadow.startsWith("rgba(0, 0, 0, 0)");
    if (outlined || ringed) return [name, true];
  }
  return [name, ["BODY", "CANVAS"].includes(at.tagName)];
}"""
_MOST = 150


def reach(page: Page, name: str, key: str = "Tab") -> None:
    """Presses ``key`` until what has the focus is called so, or begins so. Raises AssertionError with all that was
    passed, or where the focus was not seen.
    """
    passed: list[str] = []
    for _ in range(_MOST):
        page.keyboard.press(key)
        stop, seen = page.evaluate(_STOP)
        passed.append(stop)
        assert seen, f"the focus on {stop!r} is not seen, after {passed}"
        # The icons of a button are lines of their own.
        lines = stop.split("\n\n")
        if stop.startswith(name) or (len(lines) <= 3 and name in lines):
            return
    raise AssertionError(f"{name!r} is none of {passed}")


def choose(page: Page, option: str) -> None:
    """Opens the list that has the focus, types one of its options, and takes it once it is offered."""
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.type(option)
    expect(page.get_by_role("option", name=option, exact=True)).to_be_visible()
    page.keyboard.press("Enter")
