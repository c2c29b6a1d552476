"""A network that speaks the AT Protocol, as a function from address to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from core.records import Capture
from scraper.adapter import PageRequest
from tests.scraper.archives import proven
from tests.scraper.recorded import served

APPVIEW, PLC, PDS = "https://appview.example", "https://plc.example", "https://pds.example"
LIKES, POSTS = "app.bsky.feed.like", "app.bsky.feed.post"
Answer = tuple[int, object]


@dataclass(slots=True)
class Repo:
    """An account with its records, oldest first."""

    did: str
    handle: str
    pds: str = PDS
    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {LIKES: {}, POSTS: {}})
    revision: int = 0

    def add(self, collection: str, value: dict[str, Any]) -> str:
        """Write a record; its key grows with time."""
        self.revision += 1
        key = f"3l{self.revision:011d}"
        self.records[collection][key] = {"$type": collection, "createdAt": "2029-10-01T00:00:00Z", **value}
        return f"at://{self.did}/{collection}/{key}"

    def like(self, uri: str) -> str:
        """Like a post."""
        return self.add(LIKES, {"subject": {"uri": uri, "cid": "bafyreiwording"}})

    def post(self, text: str, **more: object) -> str:
        """Publish a post."""
        return self.add(POSTS, {"text": text, **more})


class Network:
    """All servers at once: `asked` are the addresses in their order, `broken` answers for those that hold a word."""

    def __init__(self, *repos: Repo) -> None:
        self.repos = {repo.did: repo for repo in repos}
        self.handles = {repo.handle: repo.did for repo in repos}
        self.asked: list[str] = []
        self.broken: dict[str, tuple[int, Mapping[str, str]]] = {}
        self.meanwhile: Callable[[], object] = lambda: None

    async def __call__(self, request: PageRequest) -> Capture:
        """Answer a request of the crawl."""
        self.asked.append(request.url)
        for word, (status, headers) in self.broken.items():
            if word in request.url:
                return served(request.url, b"", status=status, **headers)
        status, body = self.answer(request.url)
        capture = served(request.url, body, status=status)
        self.meanwhile()
        return capture

    def answer(self, url: str) -> Answer:
        """Answer one address."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        query = parse_qs(parts.query)
        if host == PLC:
            return self._document(parts.path[1:])
        calls = {
            "com.atproto.identity.resolveHandle": self._resolve,
            "com.atproto.sync.getLatestCommit": self._commit,
            "com.atproto.sync.getRecord": self._archive,
            "com.atproto.repo.listRecords": self._list,
            "com.atproto.repo.getRecord": self._record,
            "app.bsky.feed.getPosts": self._posts,
            "app.bsky.feed.getLikes": self._likes,
        }
        return calls[parts.path.removeprefix("/xrpc/")](host, query)

    def _document(self, did: str) -> Answer:
        repo = self.repos.get(did)
        if repo is None:
            return 404, {"message": f"DID not registered: {did}"}
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": repo.pds}
        return 200, {"id": did, "alsoKnownAs": [f"at://{repo.handle}"], "service": [service]}

    def _resolve(self, host: str, query: dict[str, list[str]]) -> Answer:
        did = self.handles.get(query["handle"][0])
        return (200, {"did": did}) if did else (400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})

    def _repo(self, host: str, did: str) -> Repo | None:
        repo = self.repos.get(did)
        return repo if repo is not None and repo.pds == host else None

    def _commit(self, host: str, query: dict[str, list[str]]) -> Answer:
        repo = self._repo(host, query["did"][0])
        if repo is None:
            return 400, {"error": "RepoNotFound", "message": f"Could not find repo: {query['did'][0]}"}
        return 200, {"cid": "bafyreicommit", "rev": f"3lrev{repo.revision:08d}"}

    def _list(self, host: str, query: dict[str, list[str]]) -> Answer:
        repo = self._repo(host, query["repo"][0])
        if repo is None:
            return 400, {"error": "InvalidRequest", "message": f"Could not find repo: {query['repo'][0]}"}
        collection, before = query["collection"][0], query.get("cursor", ["~"])[0]
        keys = [key for key in reversed(repo.records[collection]) if key < before][: int(query["limit"][0])]
        records = [self._view(repo, collection, key) for key in keys]
        return 200, {"records": records} | ({"cursor": keys[-1]} if keys else {})

    def _view(self, repo: Repo, collection: str, key: str) -> dict[str, Any]:
        value = repo.records[collection][key]
        return {"uri": f"at://{repo.did}/{collection}/{key}", "cid": f"bafyrei{key}", "value": value}

    def _record(self, host: str, query: dict[str, list[str]]) -> Answer:
        repo, collection, key = self._repo(host, query["repo"][0]), query["collection"][0], query["rkey"][0]
        if repo is None or key not in repo.records[collection]:
            return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 200, self._view(repo, collection, key)

    def _archive(self, host: str, query: dict[str, list[str]]) -> Answer:
        repo = self._repo(host, query["did"][0])
        if repo is None:
            return 400, {"error": "RepoNotFound", "message": f"Could not find repo: {query['did'][0]}"}
        paths = (f"{collection}/{key}" for collection, found in repo.records.items() for key in found)
        return 200, proven(repo.did, *paths)

    def _likers_of(self, uri: str) -> list[Repo]:
        likes = ((repo, like) for repo in self.repos.values() for like in repo.records[LIKES].values())
        return [repo for repo, like in likes if like["subject"]["uri"] == uri]

    def _posts(self, host: str, query: dict[str, list[str]]) -> Answer:
        found = []
        for uri in query["uris"]:
            did, collection, key = uri.removeprefix("at://").split("/")
            repo = self.repos.get(did)
            if repo is not None and key in repo.records[collection]:
                view = self._view(repo, collection, key)
                author = {"did": did, "handle": repo.handle, "displayName": f"Nama {repo.handle}"}
                likes = len(self._likers_of(uri))
                found.append(
                    {"uri": uri, "cid": view["cid"], "author": author, "record": view["value"], "likeCount": likes}
                )
        return 200, {"posts": found}

    def _likes(self, host: str, query: dict[str, list[str]]) -> Answer:
        uri, first = query["uri"][0], int(query.get("cursor", ["0"])[0])
        page = self._likers_of(uri)[first : first + int(query["limit"][0])]
        likes = [
            {"actor": {"did": repo.did, "handle": repo.handle}, "createdAt": "2029-10-01T00:00:00Z"} for repo in page
        ]
        more = {"cursor": str(first + len(page))} if page else {}
        return 200, {"uri": uri, "likes": likes} | more
