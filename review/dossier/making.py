"""Makes a dossier: forms, one PDF of all of them, and the ZIP files with everything that goes with it."""

import asyncio
import hashlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.deeds import Went
from core.errors import InputError
from core.files import write_whole
from evidence import dossier as packing
from jobs import dossier as gathering
from jobs.dossier import Asked, Facts
from jobs.exports import Leaving, went_out
from jobs.gate import Shown
from jobs.printing import printed
from jobs.tools import Tools
from language import speaking
from review.dossier import forms
from review.dossier.fields import by_report, fields_of
from review.dossier.paper import moment
from review.dossier.printing import footer, printable
from review.dossier.texts import README
from review.ids import CASE, public_id
from review.named import named

SUMS = "SHA256SUMS.txt"
MEGABYTE = 1_000_000
PART_SIZE = 20
SHOWN = Shown(match=public_id, case=lambda number: public_id(number, CASE))
"""How people here see the numbers of matches and cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files of a dossier by name, and the digest that is told by another way."""

    case: str
    files: Mapping[str, bytes] = field(repr=False)
    digest: str
    parts: tuple[str, ...]
    members: tuple[int, ...]
    """The matches that it holds."""
    folder: str
    """What its folder is called: the case, and when it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Whose templates are filled in, and how large a part may be, in megabytes."""

    templates: Path | None = None
    part_size: float = PART_SIZE


def make(tools: Tools, asked: Asked, wishes: Wishes) -> Made:
    """Make a dossier. GateError where something does not hold, InputError where a template is not usable."""
    if wishes.part_size * MEGABYTE < packing.SMALLEST:
        raise InputError("part_too_small", least=packing.SMALLEST / MEGABYTE)
    facts = gathering.gather(tools, asked, SHOWN)
    with speaking("id"):
        fields = fields_of(facts)
        documents = _documents(facts, fields, wishes.templates)
        html = printable(facts.name, list(documents.values()))
        foot = footer(fields["tanda"]["air"])
        readme = _readme(facts)
    pdf = asyncio.run(printed(tools, html, footer=foot))
    loose = {**documents, f"{facts.name}.pdf": pdf}
    packed = packing.pack(
        facts.name,
        {**loose, **_evidence(facts)},
        readme=readme,
        most=int(wishes.part_size * MEGABYTE),
        made_at=facts.made_at,
    )
    files = {**loose, **packed.parts}
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items())]
    files[SUMS] = ("\n".join(lines) + "\n").encode()
    gathering.went_out(tools, facts, packed.digest)
    return Made(
        case=facts.name,
        files=files,
        digest=packed.digest,
        parts=tuple(packed.parts),
        members=tuple(facts.case.matches),
        folder=f"{facts.name}-{facts.made_at.astimezone(facts.zone):%Y%m%d-%H%M%S}",
    )


def _documents(facts: Facts, fields: Mapping[str, object], folder: Path | None) -> dict[str, bytes]:
    names = (forms.FORM_A, forms.REPORT if by_report(facts) else forms.FINDING, forms.SHEET, forms.ANNEX)
    return {f"{facts.name}-{name}.docx": forms.filled(forms.template(name, folder), fields) for name in names}


def _evidence(facts: Facts) -> dict[str, bytes]:
    return {
        f"bukti/{facts.shown.match(one.item.match_id)}/{name}": content
        for one in facts.ones
        for name, content in one.package.files.items()
    }


def _readme(facts: Facts) -> str:
    told = {"case": facts.name, "who": named(facts.made_by.who, facts.made_by.known), "version": facts.version}
    return README.format(**told, when=moment(facts.made_at, facts.zone), controller=facts.purpose.controller)


def save(tools: Tools, made: Made, folder: Path) -> list[Path]:
    """Write a dossier into a folder of its own, and remember that it went out; InputError where it cannot be."""
    place = folder / made.folder
    if place.exists():
        raise InputError("target_exists", path=place)
    try:
        place.mkdir(parents=True, mode=0o700)
        for name, content in made.files.items():
            write_whole(place / name, content)
    except OSError as error:
        raise InputError("file_not_written", path=str(place), cause=error.strerror or str(error)) from error
    members = array("q", made.members)
    went_out(tools, Leaving(kind=Went.DOSSIER, path=place, rows=len(members), members=members))
    return sorted(place.iterdir())
