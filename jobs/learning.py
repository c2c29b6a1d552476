"""Which texts people should label next, drawn so that what they answer also measures the machine.

Most are those about which the model is least certain: they teach most. Some are those it ranks first: they show what
its flags are worth. The rest is drawn by chance from all others: only they can tell how much of all that was collected
solicits votes. Near-duplicates of what is labelled or chosen already teach nothing and are left out of the first two;
chance leaves out nothing.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifier.near import Clusters
from core.deeds import Did
from core.errors import InputError, similar
from core.settings import Contest
from jobs import deeds, registry
from jobs.classify import revision_of
from jobs.tools import Tools
from storage import answering, drawing
from storage.database import Session
from storage.drawing import Draw, Drawing, DrawnText, Pool, Waiting

UNCERTAIN, TOP, RANDOM = "uncertain", "top", "random"
STRATEGIES = (UNCERTAIN, TOP, RANDOM)
SHARES = {UNCERTAIN: 0.6, TOP: 0.2}
"""What is not drawn so is drawn by chance."""
COUNT = 100
LOOKED_AT = 20
"""For each text that a rule chooses at most so many are looked at: a feed of one repeated line ends somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The texts of a drawing, in the order in which people get them, and how large the pool was."""

    contest: str
    pool: int
    texts: tuple[DrawnText, ...]


def draw(tools: Tools, *, count: int = COUNT, contest: str | None = None) -> Queue:
    """Draw texts of a contest (the first one of the settings unless told otherwise) and keep how they were drawn.

    Raises InputError where the contest is not in the settings or nothing waits.
    """
    chosen = _contest(tools, contest)
    active = registry.active(tools).version
    with tools.database.write() as session:
        pool = Pool(model_id=active.id, revision_id=revision_of(session, tools, chosen))
        size = drawing.pool_size(session, pool)
        if not size:
            raise InputError("nothing_to_label", contest=chosen.id)
        made = Drawing(
            contest=chosen.id,
            model_id=pool.model_id,
            contest_revision_id=pool.revision_id,
            drawn_at=tools.clock.now(),
            seed=_seed(active.version, chosen.id, tools.clock.now().isoformat()),
            pool=size,
        )
        number = drawing.save_drawing(session, made, _drawn(session, pool, made, count))
        deeds.write(session, tools, Did.DRAW, f"{number}; {chosen.id}; {count}")
        return Queue(contest=chosen.id, pool=size, texts=tuple(drawing.drawing(session, number)))


def _drawn(session: Session, pool: Pool, made: Drawing, count: int) -> list[Draw]:
    chance = random.Random(made.seed)  # noqa: S311  (a draw that can be repeated, no secret)
    ruled = _by_rule(session, pool, count)
    others = made.pool - len(ruled)
    taken = _sample(session, pool, {one.post_version_id for one in ruled}, count=count - len(ruled), chance=chance)
    inclusion = len(taken) / max(others, 1)
    draws = [*ruled, *(_draw(one, RANDOM, inclusion) for one in drawing.waiting(session, pool, taken))]
    chance.shuffle(draws)  # no order may tell a score
    return draws


def _contest(tools: Tools, name: str | None) -> Contest:
    known = {contest.id: contest for contest in tools.settings.contests}
    if name is not None and name not in known:
        raise InputError("contest_not_listed", contest=name, known=", ".join(known), meant=similar(name, known))
    return known[name] if name else tools.settings.contests[0]


def _by_rule(session: Session, pool: Pool, count: int) -> list[Draw]:
    """Take the least certain texts and those ranked first, none that is like another or like a labelled one."""
    clusters = Clusters()
    for given in answering.current_labels(session).values():
        clusters.add(next(iter(given.values())).text)
    chosen: dict[int, Draw] = {}
    for strategy, to in ((UNCERTAIN, 0.5), (TOP, 1.0)):
        wanted = round(SHARES[strategy] * count)
        nearest = drawing.nearest(session, pool, to=to)
        for one in _unlike(nearest, clusters, set(chosen), most=wanted * LOOKED_AT):
            if not wanted:
                break
            chosen[one.post_version_id] = _draw(one, strategy, 1.0)
            wanted -= 1
    return list(chosen.values())


def _unlike(found: Iterable[Waiting], clusters: Clusters, chosen: set[int], *, most: int) -> Iterator[Waiting]:
    for number, one in enumerate(found):
        if number >= most:
            return
        if one.post_version_id not in chosen and clusters.is_new(one.text):
            yield one


def _sample(session: Session, pool: Pool, out: set[int], *, count: int, chance: random.Random) -> list[int]:
    """Take each of the other texts with the same probability (reservoir sampling, J. Vitter 1985)."""
    taken: list[int] = []
    for number, one in enumerate(one for one in drawing.waiting_ids(session, pool) if one not in out):
        if number < count:
            taken.append(one)
        elif (place := chance.randrange(number + 1)) < count:
            taken[place] = one
    return taken


def _draw(one: Waiting, strategy: str, inclusion: float) -> Draw:
    return Draw(
        post_version_id=one.post_version_id, strategy=strategy, probability=one.probability, inclusion=inclusion
    )


def _seed(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:7])
