"use strict";

const daftar = document.querySelector("[data-sumber]");
const batas = document.createElement("div");
let lanjut = "0";
let sibuk = false;

function unsur(nama, kelas, isi) {
  const baru = document.createElement(nama);
  baru.className = kelas;
  if (isi !== undefined) baru.textContent = isi;
  return baru;
}

function foto(alamat, kelas) {
  const gambar = unsur("img", kelas);
  gambar.src = alamat;
  gambar.alt = "";
  return gambar;
}

function lamanya(waktu) {
  const hari = Math.floor((Date.now() - new Date(waktu)) / 86400000);
  return hari < 1 ? "hari ini" : `${hari} hari lalu`;
}

function tautan(kelas, alamat, isi) {
  const baru = unsur("a", kelas, isi);
  baru.href = alamat;
  return baru;
}

const bentuk = {
  kiriman(data) {
    const baris = unsur("li", "kiriman");
    baris.dataset.id = data.id;
    const waktu = tautan("waktu", data.alamat);
    const jam = unsur("time", "", lamanya(data.waktu));
    jam.dateTime = data.waktu;
    waktu.append(jam);
    const suka = unsur("span", "suka", `${data.suka} suka`);
    suka.dataset.jumlah = data.suka;
    baris.append(
      foto(data.penulis.foto, "foto"),
      tautan("nama", `/@${data.penulis.handle}`, data.penulis.nama),
      waktu,
      unsur("p", "isi", data.isi),
    );
    if (data.gambar) baris.append(foto(data.gambar, "gambar"));
    baris.append(suka);
    return baris;
  },
  penyuka(data) {
    const baris = unsur("li", "penyuka");
    baris.append(foto(data.foto, "foto"), tautan("nama", `/@${data.handle}`, data.nama));
    return baris;
  },
};

async function muat() {
  if (sibuk || lanjut === null) return;
  sibuk = true;
  const jawaban = await fetch(`${daftar.dataset.sumber}&cursor=${lanjut}`);
  const { data, lanjut: berikut } = await jawaban.json();
  const baris = data[daftar.dataset.bentuk];
  daftar.append(...baris.map(bentuk[daftar.dataset.bentuk]));
  if (data.jumlah === 0) daftar.after(unsur("p", "kosong", daftar.dataset.kosong));
  lanjut = berikut;
  sibuk = false;
  if (lanjut === null) penjaga.disconnect();
  else if (batas.getBoundingClientRect().top < innerHeight) muat();
}

const kiriman = document.querySelector("article[data-gambar]");
if (kiriman?.dataset.gambar) kiriman.querySelector(".isi").after(foto(kiriman.dataset.gambar, "gambar"));

const penjaga = new IntersectionObserver((terlihat) => {
  if (terlihat.some((satu) => satu.isIntersecting)) muat();
});

daftar.after(batas);
penjaga.observe(batas);
