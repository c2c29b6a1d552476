"""Checks of `tilik doctor` on seals: the key, the last seal, and what no authority has confirmed yet."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from commands.check import Check, failed
from commands.shared import local
from core.errors import MissingError, TilikError
from core.settings import Authority, Settings
from language import say

OLD = timedelta(days=2)
"""A daily round seals once a day; after this long something is wrong with it."""
NAME = "seals"


def checks(settings: Settings) -> Iterator[Check]:
    """Look at the key, the last seal and the authorities; each authority of the settings has a line of its own."""
    from evidence import sealing

    try:
        sealing.require()
        yield _key(settings)
        yield from _seals(settings)
    except MissingError as error:
        wrong = failed("seals", error)
        yield Check(name="seals", state="warn", found=wrong.found, remedy=wrong.remedy)
    except TilikError as error:
        yield failed("seals", error)


def _key(settings: Settings) -> Check:
    from evidence import sealing
    from storage import seal_key

    pem = seal_key.read(settings.storage.data)
    if pem is None:
        return Check(name="seals", state="ok", found=say("no key yet: it is made at the first seal"), remedy="")
    key = sealing.fingerprint(sealing.public_key(pem)) or ""
    return Check(name="seals", state="ok", found=say("key {key}", key=key))


def _seals(settings: Settings) -> Iterator[Check]:
    from jobs import sealing as job
    from storage import seals
    from storage.database import connect

    database = connect(settings.storage.url)
    try:
        with database.read() as session:
            last, left = seals.newest(session), job.pending(session)
            new = seals.count_after(session, last.line_id if last is not None else 0)
    finally:
        database.close()
    zone = settings.schedule.timezone
    if last is None:
        yield Check(name="seals", state="warn", found=say("nothing is sealed yet"), remedy="tilik audit seal")
    else:
        told = {"number": last.id, "when": local(last.made_at, zone), "line": last.line_id, "new": new}
        found = say("seal {number} of {when}, up to line {line}; {new} lines since", **told)
        late = bool(new) and datetime.now(UTC) - last.made_at > OLD
        yield Check(
            name="seals", state="warn" if late else "ok", found=found, remedy="tilik audit seal" if late else ""
        )
    if not settings.seals.authorities:
        yield Check(name="seals", state="ok", found=say("signed only: no authority of time is in the settings"))
    for authority in settings.seals.authorities:
        yield _authority(authority, sum(one.authority == authority.url for one in left))


def _authority(authority: Authority, waiting: int) -> Check:
    if not authority.certificate.is_file():
        found = say("{url}: its certificate {file} is not there", url=authority.url, file=authority.certificate)
        remedy = say("Put the certificate that the authority publishes there, as PEM.")
        return Check(name="seals", state="fail", found=found, remedy=remedy)
    if waiting:
        found = say("{url}: {count} seals have no time stamp yet (PENDING)", url=authority.url, count=waiting)
        return Check(name="seals", state="warn", found=found, remedy="tilik audit seal")
    return Check(name="seals", state="ok", found=say("{url}: no seal waits", url=authority.url))
