"""An office in which everything is there that a case needs: evidence, a verified account, two people who agree."""

import asyncio
import hashlib

from jobs import evidence as keeping
from tests.commands.desk import Desk, Ran, fill, sheet
from tests.commands.test_evidence import Eyes, opened

PROVEN = "platform;handle;role;subject;unit;region;source;source_date;valid_from;identity;verified_by;verified_on"
ASN = (
    "mastodon;asn_dua@baik.example;asn;Pegawai Dua;Dinas Rekaan;99.01.01;Surat dinas 12;2031-01-10;2020-01-01;"
    "{identity};Rukmini;2031-04-01"
)
OFFICE = (
    "mastodon;kel_satu@baik.example;kelurahan;Kelurahan Satu;Kecamatan Rekaan;99.01.01.1001;Surat camat;2031-01-10;"
    "2020-01-01;{identity};Rukmini;2031-04-01"
)
FIRST, SECOND = "Rukmini", "Budi"
NIP = "198501012010011001"


def keep_evidence(desk: Desk) -> None:
    with opened(desk) as office:
        assert asyncio.run(keeping.run(office, Eyes())).pages


def verify_accounts(desk: Desk, identity: str = "verified") -> None:
    rows = [line.format(identity=identity) for line in (ASN, OFFICE)]
    path = desk.file("terverifikasi.csv", PROVEN, *rows)
    assert desk.run("watchlist", "import", str(path)).code == 0


def judge(desk: Desk, *reviewers: str) -> dict[str, list[str]]:
    """Let people say yes to every match, in files as they do; give the matches of each account."""
    found: dict[str, list[str]] = {}
    for number, reviewer in enumerate(reviewers):
        path = desk.export("--all", "--language", "en", "--reviewer", reviewer, name=f"{number}.csv")
        rows = sheet(path)
        filled = fill(path, [{"decision": "solicitation", "reason": "explicit call"} for _ in rows])
        ran = desk.run("review", "import", str(filled), "--reviewer", reviewer, "--json")
        assert ran.code == 0, ran.out
        for row in rows:
            found.setdefault(row["account"], [])
            if row["id"] not in found[row["account"]]:
                found[row["account"]].append(row["id"])
    return found


def ready(desk: Desk) -> dict[str, list[str]]:
    """Prepare everything that a case needs."""
    keep_evidence(desk)
    verify_accounts(desk)
    return judge(desk, FIRST, SECOND)


def open_case(desk: Desk, *matches: str, by: str = FIRST) -> Ran:
    return desk.run("case", "open", *matches, "--by", by, "--reason", "Disepakati dua orang", "--json")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
