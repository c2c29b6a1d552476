"use strict";

const akar = document.getElementById("akar");

fetch(akar.dataset.sumber)
  .then((jawaban) => jawaban.json())
  .then(({ hasil }) => {
    const alir = akar.querySelector(".alir");
    for (const satu of hasil) {
      const petak = document.createElement("section");
      petak.className = "petak";
      petak.innerHTML = "<h3></h3><blockquote></blockquote>";
      petak.querySelector("h3").textContent = satu.oleh;
      petak.querySelector("blockquote").textContent = satu.teks;
      alir.append(petak);
    }
  });
