// Runs inside the page, in one round trip: waits until the page is ready, scrolls until one of the ends, and measures.
// Answers { ended, items, scrolls, nodes, characters, html }: ended is not_ready, whole, items, scrolls, seconds, nodes or
// no_more; html is the page as it stands then, unless it is too large: to ask for it once more would write it out twice.
async ({ ready, items, done, maxItems, maxScrolls, seconds, readySeconds, quietSeconds, maxNodes, maxCharacters }) => {
  const QUIET_SCROLLS = 3;
  const seen = new Set();
  const numbers = new WeakMap();
  let scrolls = 0;

  const countNodes = () => document.getElementsByTagName("*").length;

  const report = (ended) => {
    const nodes = countNodes();
    const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
    const html = nodes > maxNodes ? "" : type + document.documentElement.outerHTML;
    const characters = html.length;
    return { ended, items: seen.size, scrolls, nodes, characters, html: characters > maxCharacters ? "" : html };
  };

  const change = (milliseconds) => new Promise((resolve) => {
    const observer = new MutationObserver(() => over());
    const timer = setTimeout(() => over(), milliseconds);
    const over = () => { observer.disconnect(); clearTimeout(timer); resolve(); };
    observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
  });

  const until = async (condition, wait) => {
    const end = performance.now() + wait * 1000;
    while (!condition()) {
      const left = end - performance.now();
      if (left <= 0) return false;
      await change(left);
    }
    return true;
  };

  const numberOf = (element) => {
    if (!numbers.has(element)) numbers.set(element, `#${seen.size}.${Math.random()}`);
    return numbers.get(element);
  };

  // What an item is, not where it stands: a windowed list reuses its elements, and a looping one repeats its items.
  const nameOf = (element) => {
    const links = [...element.querySelectorAll("a[href]")].map((link) => link.href);
    const name = [element.id, element.dataset.id ?? "", ...links, element.textContent.trim().slice(0, 300)].join(" ");
    return name.trim() || numberOf(element);
  };

  const count = () => {
    for (const element of document.querySelectorAll(items)) seen.add(nameOf(element));
    return seen.size;
  };

  // A page that waits for its end to come into view sees only what differs from one drawn frame to the next.
  const drawn = () => new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => requestAnimationFrame(() => { clearTimeout(timer); resolve(); }));
  });

  const scroll = async (again) => {
    const found = document.querySelectorAll(items);
    if (again) window.scrollTo(0, 0);
    await drawn();
    for (let box = found[found.length - 1]; box; box = box.parentElement) box.scrollTop = box.scrollHeight;
    window.scrollTo(0, document.documentElement.scrollHeight);
    scrolls += 1;
  };

  const isDone = () => done !== null && document.querySelector(done) !== null;

  if (!(await until(() => document.querySelector(ready), readySeconds))) return report("not_ready");
  if (items === null) return report("whole");

  const end = performance.now() + seconds * 1000;
  let quiet = 0;
  for (let known = count(); ; known = seen.size) {
    if (isDone()) { count(); return report("whole"); }
    if (known >= maxItems) return report("items");
    if (countNodes() > maxNodes) return report("nodes");
    if (quiet >= QUIET_SCROLLS) return report("no_more");
    if (scrolls >= maxScrolls) return report("scrolls");
    const left = (end - performance.now()) / 1000;
    if (left <= 0) return report("seconds");
    await scroll(quiet > 0);
    quiet = (await until(() => count() > known || isDone(), Math.min(quietSeconds, left))) ? 0 : quiet + 1;
  }
}
