"""What stands beside the files of a dossier for whoever receives it."""

README = """\
BERKAS PERKARA {case}

Dibuat oleh {who} pada {when} dengan tilik {version}.
Pengendali data: {controller}
Isi berkas ini adalah indikasi dan dokumen kerja; orang yang memutuskan.
Memuat data pribadi: simpan terkunci, jangan disebarkan, hapus bila tidak diperlukan lagi.

Isi
  *.docx, {case}.pdf     formulir dan lampiran
  bukti/F-…/             paket bukti, masing-masing dengan verify.py sendiri
  daftar-berkas.json     daftar semua berkas dengan SHA-256

Memeriksa tanpa tilik
  1. Buka semua berkas ZIP ke satu folder kosong.
  2. Jalankan: python3 periksa.py
  3. Cocokkan SHA-256 daftar-berkas.json dengan yang Anda terima lewat jalan lain.

Check without tilik: unpack all ZIP files into one empty folder, run `python3 periksa.py`,
compare the SHA-256 of daftar-berkas.json with the one that you were given by another way.
"""
