// Keys for the card, and dropping a file. Everything here can be done without it.
"use strict";

(() => {
  let shownAt = performance.now(); // when the card that is on screen appeared
  let group = null; // the answer whose second key is awaited

  const gap = () => Number(document.body.dataset.gap || 350);
  const card = () => document.querySelector("[data-card]");
  const writing = (element) => element.closest("input, textarea, select") !== null;

  function choose(fieldset) {
    if (group) group.classList.remove("armed");
    group = fieldset;
    if (group) group.classList.add("armed");
  }

  function press(button) {
    if (!button || performance.now() - shownAt < gap()) return; // a key that bounces decides nothing
    shownAt = Infinity; // nor does a second one before the next card is there
    choose(null);
    button.click();
  }

  function decide(key) {
    if (group) {
      const button = group.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (button) return press(button), true;
      choose(null);
    }
    const fieldset = card().querySelector(`[data-answer="${CSS.escape(key)}"]`);
    if (!fieldset) return false;
    const buttons = fieldset.querySelectorAll("button");
    if (buttons.length === 1) press(buttons[0]);
    else if (performance.now() - shownAt >= gap()) choose(fieldset);
    return true;
  }

  const others = {
    u: () => press(document.getElementById("batal")),
    j: () => document.getElementById("lanjut")?.click(),
    k: () => document.getElementById("sebelum")?.click(),
    o: () => document.getElementById("buka")?.click(),
    z: () => card().querySelector(".shot")?.click(),
    n: () => card().querySelector("textarea")?.focus(),
    "?": () => {
      const help = document.getElementById("bantuan");
      help.open = !help.open;
      if (help.open) help.scrollIntoView();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return; // a held key counts once
    if (event.key === "Escape") {
      choose(null);
      if (writing(event.target)) event.target.blur();
      return;
    }
    if (writing(event.target)) return;
    if (!card()) {
      if (event.key === "j") document.querySelector("[data-first]")?.click();
      return;
    }
    const key = event.key.toLowerCase();
    if (decide(key)) event.preventDefault();
    else if (others[key]) {
      event.preventDefault();
      others[key]();
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    group = null;
    shownAt = performance.now();
    const main = document.getElementById("isi");
    if (card()) {
      document.title = `${card().dataset.card} · tilik`;
      main.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  });
  document.addEventListener("htmx:error", () => {
    shownAt = performance.now();
  });

  for (const form of document.querySelectorAll("[data-drop]")) {
    const input = form.querySelector("input[type=file]");
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over");
      input.files = event.dataTransfer.files;
    });
  }
})();
