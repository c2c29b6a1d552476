"""Templates of a dossier: ours are made from words, an office's own say where fields go and can do nothing else."""

import re
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Callable
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from core.errors import InputError
from review.dossier import forms, printing
from scripts import dossier_templates
from tests.review.test_libreoffice import program

FIELDS: dict[str, Any] = {
    **{name: defaultdict(lambda: "isi") for name in ("perkara", "isian", "terlapor", "peristiwa", "sbt", "tanda")},
    "saksi": [{"no": "1", "nama": "Saksi <b>Satu</b>", "alamat": "Jalan & Gang", "keterangan": "melihat\nsendiri"}],
    "alat_bukti": [{"no": "a", "uraian": "tangkapan"}],
    "barang_bukti": [{"no": "a", "uraian": "berkas"}],
    "tindakan": [{"nomor": "F-1", "uraian": "menyukai"}],
    "penilaian": [{"nomor": "F-1", "oleh": "A", "jawaban": "ajakan", "waktu": "kini"}],
    "riwayat": [{"waktu": "kini", "keadaan": "pleno", "oleh": "A", "kedua": "B", "alasan": "perlu"}],
    "hukum": {
        "spanduk": "BELUM DIVERIFIKASI AHLI HUKUM.",
        "catatan": ["hari penetapan tidak disebut"],
        "dasar": [dict.fromkeys(("indikasi", "tahapan", "kelas", "dasar", "kutipan", "tujuan"), "isi")],
    },
    "liputan": ["satu hari"],
    "meringankan": ["tidak ada yang diketahui"],
    "hak_jawab": [{"tanggal": "kini", "sumber": "surat", "isi": "jawaban"}],
    "tak_terbukti": ["siapa"],
    "catatan": ["–"],
    "sidik": [{"berkas": "a", "bait": "1", "sha256": "0"}],
}


def own(tmp_path: Path, *lines: str, change: Callable[[Any], None] | None = None) -> Path:
    """Write a template as an office would."""
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    if change is not None:
        change(document)
    path = tmp_path / "form-a.docx"
    document.save(str(path))
    return path


def written(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def words(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(
        [*(one.text for one in document.paragraphs), *cells, document.sections[0].footer.paragraphs[0].text]
    )


def test_our_templates_are_those_that_the_words_make(tmp_path: Path) -> None:
    dossier_templates.main(tmp_path)

    for name in forms.FORMS:
        ours, made = forms.OURS / f"{name}.docx", tmp_path / f"{name}.docx"
        with zipfile.ZipFile(ours) as one, zipfile.ZipFile(made) as other:
            assert one.namelist() == other.namelist()
            assert all(one.read(part) == other.read(part) for part in one.namelist()), name


@pytest.mark.parametrize("name", forms.FORMS)
def test_every_form_is_filled_in_and_printed_with_what_it_says(name: str) -> None:
    filled = forms.filled(forms.template(name, None), FIELDS)

    said, printed = words(filled), printing.printable("x", [filled])
    assert "{" not in said
    assert said.strip()
    for cell in {one.strip() for one in said.splitlines()}:
        assert escape(cell) in printed


def test_a_form_is_filled_in_alike_twice_and_hostile_words_stay_words() -> None:
    path = forms.template(forms.FORM_A, None)

    once, again = forms.filled(path, FIELDS), forms.filled(path, FIELDS)

    assert once == again
    assert "Saksi <b>Satu</b>" in words(once)
    assert "<b>Satu" not in printing.printable("x", [once])


def test_every_form_opens_in_libreoffice(tmp_path: Path) -> None:
    office = program()
    paths = []
    for name in forms.FORMS:
        path = tmp_path / f"{name}.docx"
        path.write_bytes(forms.filled(forms.template(name, None), FIELDS))
        paths.append(str(path))
    profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path / "keluar"), *paths]
    done = subprocess.run(command, capture_output=True, check=False, timeout=180)
    made = sorted(path.stem for path in (tmp_path / "keluar").glob("*.txt")) if (tmp_path / "keluar").is_dir() else []
    if not made and b"could not be loaded" in done.stdout + done.stderr:
        pytest.skip("LibreOffice has no Writer: apt-get install -y --no-install-recommends libreoffice-writer")

    assert made == sorted(forms.FORMS)
    assert "Saksi <b>Satu</b>" in (tmp_path / "keluar" / "form-a.txt").read_text(encoding="utf-8-sig")


def test_an_office_changes_a_form_in_its_own_words(tmp_path: Path) -> None:
    made = forms.copied(tmp_path, written)
    assert sorted(path.stem for path in made) == sorted(forms.FORMS)
    own(
        tmp_path, "Kop surat kantor", "{{ terlapor.pelaku }}", "{%p for m in meringankan %}", "{{ m }}", "{%p endfor %}"
    )

    said = words(forms.filled(forms.template("form-a", tmp_path), FIELDS))

    assert said.startswith("Kop surat kantor\nisi\ntidak ada yang diketahui")
    assert forms.copied(tmp_path, written) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{{ terlapor_nama }}", "template_field"),
        ("{{ hukum.sanksi }}", "template_field"),
        ("{{ perkara.nomor", "template_broken"),
        ("{% for x in saksi %}", "template_broken"),
        ("{{ ''.__class__.__mro__ }}", "template_forbidden"),
        ("{{ saksi.append(1) }}", "template_forbidden"),
        ("{{ cycler.__init__.__globals__ }}", "template_forbidden"),
        ("{{ 'a' * 1000000000 }}", "template_forbidden"),
        ("{{ 9 ** 9 ** 9 }}", "template_forbidden"),
        ("{{ range(10) }}", "template_forbidden"),
        ("{% include '/etc/passwd' %}", "template_broken"),
        ("{% import 'os' as os %}", "template_broken"),
        ("{{ self.__init__ }}", "template_forbidden"),
        ("{{ '{0.__class__}'.format(1) }}", "template_forbidden"),
        ("{{ saksi | map(attribute='__class__') | join }}", "template_forbidden"),
    ],
)
def test_a_template_knows_our_fields_and_can_do_nothing_else(tmp_path: Path, line: str, code: str) -> None:
    path = own(tmp_path, line)

    with pytest.raises(InputError) as caught:
        forms.filled(path, FIELDS)

    assert caught.value.code == code
    assert caught.value.fields["file"] == "form-a.docx"


def _with_part(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr(name, content)


def test_macros_and_parts_from_elsewhere_are_refused(tmp_path: Path) -> None:
    macros = own(tmp_path, "halo")
    _with_part(macros, "word/vbaProject.bin", b"x")
    with pytest.raises(InputError, match="template_forbidden"):
        forms.filled(macros, FIELDS)

    def fetch(document: Any) -> None:  # noqa: ANN401
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
        document.part.relate_to("http://jahat.example/x.png", kind, is_external=True)

    with pytest.raises(InputError, match="template_forbidden"):
        forms.filled(own(tmp_path, "halo", change=fetch), FIELDS)


@pytest.mark.parametrize("content", [b"", b"bukan docx", b"PK\x03\x04"])
def test_what_is_no_document_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "form-a.docx"
    path.write_bytes(content)

    with pytest.raises(InputError, match="template_broken"):
        forms.filled(path, FIELDS)


def test_nobody_is_accused_in_a_form() -> None:
    """The only place of the word is the official heading of Form A, which speaks of what is presumed (dugaan)."""
    accusing = re.compile(r"(?<!dugaan )pelanggar|bersalah|melanggar|terbukti bersalah", re.IGNORECASE)
    for source in (*dossier_templates.HERE.glob("*.txt"), Path(printing.__file__).with_name("texts.py")):
        found = accusing.findall(source.read_text(encoding="utf-8"))

        assert found == [], source.name
