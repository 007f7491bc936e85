"""What is wrong with a page as it is drawn in this browser, in sentences: looked for in the page itself."""

from __future__ import annotations

# Waits until the page stands still at its width; what is wrong with it then.
LOOK = r"""async () => {
  const main = document.querySelector("[data-testid=stMain]");
  const page = main.querySelector("[data-testid=stMainBlockContainer]");
  const all = (what, within = main) => [...within.querySelectorAll(what)];
  const rect = (node) => node.getBoundingClientRect();
  const seen = (node) => {
    const { width, height } = rect(node);
    return width > 0 && height > 0 && node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const told = (node) => `“${(node.textContent || node.ariaLabel || "").trim().slice(0, 50)}”`;
  const meet = (a, b, by = 1) =>
    a.left < b.right - by && b.left < a.right - by && a.top < b.bottom - by && b.top < a.bottom - by;
  const within = (a, b, by = 1.5) =>
    a.left > b.left - by && a.right < b.right + by && a.top > b.top - by && a.bottom < b.bottom + by;
  const pairs = (nodes) => nodes.flatMap((one, n) => nodes.slice(n + 1).map((other) => [one, other]));
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  const faults = [];
  const look = (wrong, fault) => { if (wrong) faults.push(fault); };

  const state = document.querySelector("[data-test-script-state]").dataset;
  const drawn = () => all("[class*=st-key-chart_], .main-svg, [data-testid=stMetric]").map(rect)
    .map(({ left, top, width, height }) => [left, top, width, height]).join();
  let before = "";
  for (let still = 0, tries = 0; still < 5 && tries < 200; tries++) {
    await new Promise((then) => setTimeout(then, 60));
    const now = drawn();
    const running = state.testScriptState !== "notRunning" || all("[data-stale=true]").length > 0;
    still = now === before && !running ? still + 1 : 0;
    before = now;
  }

  const wider = main.scrollWidth - main.clientWidth;
  look(wider > 0, `the page is wider than the screen by ${wider}`);
  const { paddingLeft, paddingRight } = getComputedStyle(page);
  const content = page.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);

  const cards = all("[class*=st-key-chart_]");
  const tiles = all("[data-testid=stMetric]").map((tile) => tile.closest("[class*=st-key-card_]") ?? tile);
  for (const row of all("[data-testid=stHorizontalBlock]")) {
    const around = (node) => node.parentElement.closest("[data-testid=stHorizontalBlock]");
    const mine = (nodes) => nodes.filter((node) => around(node) === row);
    const lines = (nodes) => Object.values(Object.groupBy(mine(nodes), (node) => Math.round(rect(node).top)));
    for (const line of [...lines(cards), ...lines(tiles)]) {
      const heights = line.map((node) => rect(node).height);
      look(Math.max(...heights) - Math.min(...heights) > 1, `beside each other, but not as high: ${line.map(told)}`);
    }
    for (const line of lines(cards).filter((line) => line.length > 1)) {
      // The report is a page of paper on the screen.
      look(content < 960 && !row.closest(".st-key-report"), `${content} are no room for charts beside each other`);
      look(line.some((card) => rect(card).width < 420), `narrow beside each other: ${line.map(told)}`);
    }
    const uneven = lines(tiles).slice(0, -1).some((line) => line.length !== 2);
    look(innerWidth < 430 && mine(tiles).length > 3 && uneven, "tiles that are not two by two");
  }

  for (const card of cards.filter((card) => card.querySelector(".main-svg"))) {
    const chart = card.className.match(/st-key-chart_(\w+)/)[1];
    const edge = rect(card.querySelector(".main-svg")), area = rect(card.querySelector(".nsewdrag"));
    const wide = rect(card).width;
    look(edge.right > rect(card).right + 1, `${chart}: the chart is wider than its card`);
    const texts = all("text", card).filter((text) => text.textContent.trim() && seen(text));
    for (const text of texts) look(!within(rect(text), edge), `${chart}: ${told(text)} is cut off`);
    for (const axis of [".xtick", ".ytick"]) {
      for (const [one, other] of pairs(texts.filter((text) => text.closest(axis)))) {
        look(meet(rect(one), rect(other), 2), `${chart}: ${told(one)} lies on ${told(other)}`);
      }
    }
    const numbers = (path) => path.__data__ ?? path.parentNode.__data__;
    const bars = all(".barlayer .point path", card).map((path) => [numbers(path), rect(path)]);
    for (const name of texts.filter((text) => text.closest(".annotation") && rect(text).left < edge.left + 3)) {
      const at = rect(name), share = Math.round((100 * at.width) / wide);
      look(at.right <= area.left + 2 && share > 40, `${chart}: ${told(name)} takes ${share} % of its card`);
      const beside = bars.some(([, bar]) => bar.width && Math.abs(middle(bar) - middle(at)) < 6);
      look(beside && wide < 420, `${chart}: ${told(name)} stands beside its bar`);
    }
    for (const [{ s }, { width, height }] of bars) {
      look(Math.abs(s) >= 1 && Math.min(width, height) < 1, `${chart}: a bar of ${s} is not seen`);
    }
  }

  const worded = "h1, h2, button, [data-testid=stPageLink], [data-testid=stMetric]";
  for (const [one, other] of pairs(all(`${worded}, [data-testid=stDataFrame], input`).filter(seen))) {
    const apart = !one.contains(other) && !other.contains(one);
    look(apart && meet(rect(one), rect(other)), `${told(one)} and ${told(other)} lie on each other`);
  }
  for (const one of all(worded).filter(seen)) {
    const parts = [one, ...all("*", one)].filter((part) => part.textContent.trim() && seen(part));
    const cut = (part) => getComputedStyle(part).overflowX !== "visible" && part.scrollWidth > part.clientWidth + 1;
    // The arrow of a button without an edge stands a little beside it.
    look(parts.some((part) => cut(part) || !within(rect(part), rect(one), 6)), `${told(one)} is cut`);
  }
  return faults;
}"""
