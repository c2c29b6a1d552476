"""What one look showed, to tell what was missing in it."""

from dataclasses import dataclass, field

from core.records import Action, Capability
from jobs.watchlist import People
from scraper.adapter import Page
from storage import absence
from storage.collecting import VisitRow
from storage.database import Session


@dataclass(slots=True)
class Sights:
    """The posts and the likes that the pages of one look showed."""

    posts: set[str] = field(default_factory=set)
    liked: set[str] = field(default_factory=set)
    likers: set[int] = field(default_factory=set)

    def add(self, page: Page, people: People) -> None:
        """Note what a page shows."""
        self.posts.update(post.ref.uri for post in page.posts)
        for act in page.interactions:
            if act.action is Action.LIKED:
                self.liked.add(act.post.uri)
                account = people.find(act.actor)
                if account is not None:
                    self.likers.add(account.id)

    def note_missing(self, session: Session, visit: VisitRow) -> None:
        """Note what was known before this look and is not in it, where it showed everything there is."""
        times = {"since": visit.started_at, "now": visit.ended_at}
        if visit.capability is Capability.LIKES:
            absence.likes_missing(session, visit.account_id, seen=self.liked, **times)
        elif visit.capability is Capability.POSTS:
            absence.posts_missing(session, visit.account_id, seen=self.posts, **times)
        elif visit.capability is Capability.LIKERS and visit.post_id is not None:
            absence.likers_missing(session, visit.post_id, seen=self.likers, **times)
