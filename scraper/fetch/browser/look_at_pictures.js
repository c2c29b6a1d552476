// Runs inside the page before its picture is taken: scrolls through it once, so that lazy images load, waits for them,
// and answers with the height of the page and the number of its nodes.
async ({ seconds, maxHeight }) => {
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const height = () => Math.min(document.documentElement.scrollHeight, maxHeight);
  for (let top = 0; top < height(); top += window.innerHeight) {
    window.scrollTo(0, top);
    await pause(50);
  }
  window.scrollTo(0, 0);
  const loaded = [...document.images].map((image) => image.complete || new Promise((resolve) => {
    image.addEventListener("load", resolve, { once: true });
    image.addEventListener("error", resolve, { once: true });
  }));
  await Promise.race([Promise.all(loaded), pause(seconds * 1000)]);
  return { height: height(), nodes: document.getElementsByTagName("*").length };
}
