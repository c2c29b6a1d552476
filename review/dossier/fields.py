"""The fields that a template may use: plain texts and lists of them, every one filled or marked `[diisi petugas]`."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.cases import FIELDS, EntryKind, Number, plain
from core.records import Role
from core.settings import Organisation
from jobs.dossier import Facts, One
from language import say
from review.dossier import legal
from review.dossier.paper import BLANK, NOTHING, day, moment, or_blank
from review.dossier.relief import relief
from review.dossier.unknowns import unknowns
from review.named import named
from review.ruling import stated_words

INSTITUTIONS = frozenset({Role.KELURAHAN, Role.DESA})
WITNESSES = 2
MOST_TEXT = 3_000

Fields = dict[str, Any]


def fields_of(facts: Facts) -> Fields:
    """Give everything that a template may use."""
    made: Fields = {
        "perkara": _case(facts),
        "isian": _filled(facts),
        "terlapor": _person(facts),
        "peristiwa": _event(facts),
        "saksi": _witnesses(facts),
        "alat_bukti": _numbered(_means(facts)),
        "barang_bukti": _numbered(_objects(facts)),
        "tindakan": [
            {"nomor": facts.shown.match(one.item.match_id), "uraian": _told(facts, one)} for one in facts.ones
        ],
        "penilaian": list(_judged(facts)),
        "riwayat": list(_moves(facts)),
        "hukum": legal.basis(facts),
        "liputan": list(_coverage(facts)),
        "meringankan": relief(facts),
        "hak_jawab": _replies(facts),
        "tak_terbukti": unknowns(facts),
        "catatan": list(_notes(facts)) or [NOTHING],
        "sidik": list(_hashes(facts)),
    }
    made["sbt"] = _sheet(facts, made)
    made = _clean(made)
    told_of = made["terlapor"] | dict.fromkeys(Number, "–")  # nobody shall guess a number until a digest fits
    digest = digest_of(made | {"terlapor": told_of})
    told = {
        "who": named(facts.made_by.who, facts.made_by.known),
        "when": moment(facts.made_at, facts.zone),
        "digest": digest,
    }
    made["tanda"] = {
        "oleh": plain(told["who"]),
        "waktu": told["when"],
        "sidik": digest,
        "air": say("{case} · made by {who} · {when} · tilik {version} · content SHA-256 {digest}",
                   case=facts.name, version=facts.version, **told),
    }  # fmt: skip
    return made


def digest_of(fields: Mapping[str, Any]) -> str:
    """Give the digest of what a dossier says, whatever its template looks like."""
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _clean(value: Any) -> Any:  # noqa: ANN401  (texts, lists and mappings of them)
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return plain(str(value))


def _case(facts: Facts) -> Fields:
    row = facts.case.row
    bands = sorted({f"{one.item.probability:.2f}" for one in facts.ones})
    return {
        "nomor": facts.name,
        "sifat": say("This is an indication. People decide; the machine only showed what to read."),
        "keadaan": say(facts.case.state),
        "kontes": facts.contest.name if facts.contest else row.contest,
        "wilayah": row.region,
        "pengendali": facts.purpose.controller,
        "dasar": facts.purpose.basis,
        "dibuka": f"{moment(row.opened_at, facts.zone)}, {named(row.opened_by, facts.case.moves[0].known)}",
        "alasan": row.reason,
        "tenggat": legal.deadline(facts),
        "terlambat": row.late_reason or say("no"),
        "mesin": say("score of the text: {scores}; it says nothing of a person.", scores=", ".join(bands)),
    }


def _filled(facts: Facts) -> Fields:
    """Give the fields of the forms: as officers filled them in, as far as the case itself says them, or blank."""
    row = facts.case.row
    known = {
        "uraian_dugaan": "\n".join(_told(facts, one) for one in facts.ones),
        "uraian_hasil": say("Supervision of public accounts found {count} acts that two people judged alike.",
                            count=len(facts.ones)),
        "kegiatan_bentuk": say("supervision of public content on social media"),
        "terlapor_instansi": row.unit or "",
        "pengawas_tahapan": legal.phases(facts),
        "tanggal_diketahui": legal.known_since(facts),
    }  # fmt: skip
    filled = facts.case.filled
    return {name: or_blank(filled.get(name) or known.get(name)) for name in FIELDS}


def _person(facts: Facts) -> Fields:
    """Say whom it is about: an institution is never a person."""
    row = facts.case.row
    institution = row.role in INSTITUTIONS
    keys = {one.act.key for one in facts.ones if one.act.key}
    account = f"{row.platform}: {row.handle}" + "".join(f" ({key})" for key in sorted(keys))
    told = {"source": row.source, "when": day(row.source_date)}
    verified = {"who": row.verified_by or NOTHING, "day": day(row.verified_on)}
    return {
        "pelaku": say("account of the institution {name}; no person is named", name=row.subject)
        if institution
        else row.subject,
        "jenis": say("institution") if institution else say("person"),
        "peran": say(row.role),
        "unit": or_blank(row.unit),
        "akun": account,
        "penanggung_jawab": say("person responsible for the account: to be asked") if institution else NOTHING,
        "sumber": say("{source}, {when}; verified by {who} on {day}", **told, **verified),
        "nip": NOTHING if institution else or_blank(facts.numbers.get(Number.NIP)),
        "nik": NOTHING if institution else or_blank(facts.numbers.get(Number.NIK)),
    }


def _event(facts: Facts) -> Fields:
    places = sorted({f"{one.item.platform}: {one.item.post_url or one.item.post_uri}" for one in facts.ones})
    return {
        "uraian": "\n".join(_told(facts, one) for one in facts.ones),
        "tempat": "\n".join(places),
        "waktu": "\n".join(f"{facts.shown.match(one.item.match_id)}: {_when(facts, one)}" for one in facts.ones),
    }


def _when(facts: Facts, one: One) -> str:
    item = one.item
    if item.acted_at is not None:
        return moment(item.acted_at, facts.zone)
    if item.acted_from is not None and item.acted_to is not None:
        told = {"first": moment(item.acted_from, facts.zone), "last": moment(item.acted_to, facts.zone)}
        return say("between {first} and {last}", **told)
    return say("time not told; seen first on {when}", when=moment(item.first_seen_at, facts.zone))


def _told(facts: Facts, one: One) -> str:
    """Tell one act in a paragraph: who, what, which text, where, when, and when it was captured."""
    item = one.item
    text = item.text if len(item.text) <= MOST_TEXT else f"{item.text[:MOST_TEXT]} …"
    told = {
        "match": facts.shown.match(item.match_id),
        "account": f"{item.platform} {item.handle}",
        "did": say(item.action),
        "where": item.post_url or item.post_uri,
        "when": _when(facts, one),
        "text": text,
    }
    lines = [say("{match}: {account}, {did}, {where}, {when}. Text: “{text}”", **told)]
    if item.picture_text:
        lines.append(say("Words read from the picture: “{text}”", text=item.picture_text))
    if one.act.captured_at is not None:
        seen = {
            "when": moment(one.act.captured_at, facts.zone),
            "sha256": one.act.captured_sha256,
            "mode": one.act.mode,
        }
        lines.append(say("Captured {when} ({mode}); answer SHA-256 {sha256}.", **seen))
    return " ".join(lines)


def _witnesses(facts: Facts) -> list[Fields]:
    """Give the witnesses, two rows at least, as the form has them."""
    found = [
        {"nama": one.name or BLANK, "alamat": or_blank(one.address), "keterangan": or_blank(one.text)}
        for one in facts.case.of(EntryKind.WITNESS)
    ]
    found += [{"nama": BLANK, "alamat": BLANK, "keterangan": BLANK}] * max(0, WITNESSES - len(found))
    return [{"no": str(number), **one} for number, one in enumerate(found, start=1)]


def _numbered(lines: Sequence[str]) -> list[Fields]:
    return [{"no": "abcdefghijklmnopqrstuvwxyz"[n % 26], "uraian": line} for n, line in enumerate(lines or [BLANK])]


def _means(facts: Facts) -> list[str]:
    found = []
    for one in facts.ones:
        for held in one.held:
            told = {"match": facts.shown.match(one.item.match_id), "level": say(held.row.level)}
            told |= {"when": moment(held.row.captured_at, facts.zone), "manifest": held.row.manifest}
            found.append(say("{match}: {level}, kept {when}; manifest SHA-256 {manifest}", **told))
    return found


def _objects(facts: Facts) -> list[str]:
    """Name files that somebody keeps outside of tilik."""
    kept = {(one.act.original, one.act.custodian) for one in facts.ones if one.act.original}
    return [say("file {name}, kept by {who}", name=name, who=who or BLANK) for name, who in sorted(kept, key=str)]


def _judged(facts: Facts) -> Iterator[Fields]:
    for one in facts.ones:
        for said in one.judgements:
            gone = f" ({say('taken back')})" if said.withdrawn_at else ""
            yield {
                "nomor": facts.shown.match(one.item.match_id),
                "oleh": said.row.reviewer,
                "jawaban": f"{say(said.row.answer)}{gone}",
                "waktu": moment(said.row.decided_at, facts.zone),
            }


def _moves(facts: Facts) -> Iterator[Fields]:
    for move in facts.case.moves:
        second = NOTHING
        if move.consent is not None:
            word = say("agreed") if move.consent.agrees else say("declined")
            who = named(move.consent.who, move.consent.known)
            second = f"{who}: {word}, {moment(move.consent.said_at, facts.zone)}"
        elif move.waits:
            second = say("a second person is awaited")
        yield {
            "waktu": "\n".join(filter(None, (moment(move.moved_at, facts.zone), stated_words(move)))),
            "keadaan": say(move.state),
            "oleh": named(move.who, move.known),
            "kedua": second,
            "alasan": move.reason,
        }


def _coverage(facts: Facts) -> Iterator[str]:
    """Say what could be seen of the account, direction by direction; that nothing was looked at is said as well."""
    if not facts.covered:
        yield say("No look at this account is recorded in this period.")
        return
    first, last = min(one.day for one in facts.covered), max(one.day for one in facts.covered)
    yield say("Period: {first} to {last}.", first=day(first), last=day(last))
    for direction in sorted({one.direction for one in facts.covered}):
        states = Counter(one.state for one in facts.covered if one.direction == direction)
        counted = ", ".join(f"{say(state)}: {number}" for state, number in sorted(states.items()))
        yield say("{direction}, days by state: {counted}.", direction=say(direction), counted=counted)
    yield say("What was not seen is no proof of anything; what is not in this list was not looked for.")


def _replies(facts: Facts) -> list[Fields]:
    found = [
        {"tanggal": day(one.dated), "sumber": one.source or NOTHING, "isi": one.text}
        for one in facts.case.of(EntryKind.REPLY)
    ]
    none = say("no reply yet; it has to be asked for")
    return found or [{"tanggal": BLANK, "sumber": BLANK, "isi": none}]


def _notes(facts: Facts) -> Iterator[str]:
    for one in facts.case.of(EntryKind.NOTE):
        yield f"{moment(one.added_at, facts.zone)}, {named(one.who, one.known)}: {one.text}"


def _hashes(facts: Facts) -> Iterator[Fields]:
    for one in facts.ones:
        for name, content in sorted(one.package.files.items()):
            place = f"bukti/{facts.shown.match(one.item.match_id)}/{name}"
            yield {"berkas": place, "bait": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}


def _sheet(facts: Facts, made: Fields) -> Fields:
    """Give what only the copy sheet for SBT needs."""
    desa = facts.case.row.role is Role.DESA
    basis = "; ".join(dict.fromkeys(one["dasar"] for one in made["hukum"]["dasar"]))
    return {
        "berlaku": say("A village is no part of the civil service: this goes to the bupati, not by way of SBT.")
        if desa
        else say("For the civil service (PNS, PPPK): by way of Bawaslu to BKN."),
        "jenis": "; ".join(dict.fromkeys(f"{say(one.item.action)} ({one.item.platform})" for one in facts.ones)),
        "dasar": basis or BLANK,
        "bukti": "; ".join(one["uraian"] for one in made["alat_bukti"]),
        "hak_jawab": "; ".join(f"{one['tanggal']}: {one['isi']}" for one in made["hak_jawab"]),
    }


def by_report(facts: Facts) -> bool:
    """Say whether this goes as a report (B.1) and not as a finding (B.2)."""
    return facts.purpose.organisation is not Organisation.BAWASLU or facts.case.state == "laporan"
