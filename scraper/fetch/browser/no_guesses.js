// Runs before a page's own scripts: takes out hints to fetch other pages that somebody might open next. Nobody will, and
// nobody asked robots.txt for them.
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) {
      if (node.tagName === "SCRIPT" && node.type === "speculationrules") node.remove();
    }
  }
}).observe(document, { childList: true, subtree: true });
