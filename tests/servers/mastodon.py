"""The invented people of the Mastodon tests, and how they are planted in a running mastodon-mock."""

import httpx

from tests.servers.planted import Planted

KELURAHAN = ("kelurahan-mekarwangi", "kelurahan-sukamulya")
CAMPAIGN = "tim-pasangan-nomor-dua"
BYSTANDERS = ("warga-biasa-satu", "warga-biasa-dua", "warga-biasa-tiga")
EVERYBODY = (*KELURAHAN, CAMPAIGN, *BYSTANDERS)

TWO_PAGES = 45  # the server gives at most 40 posts a page
WRITTEN = {KELURAHAN[0]: TWO_PAGES, KELURAHAN[1]: 3, CAMPAIGN: 4, BYSTANDERS[0]: 2}
LIKED = {  # who favours which posts of the campaign account
    KELURAHAN[0]: (0, 1, 3),
    KELURAHAN[1]: (1,),
    BYSTANDERS[0]: (0, 1, 2),
    BYSTANDERS[1]: (1, 2),
    BYSTANDERS[2]: (2,),
}


def config(domain: str) -> str:
    """Write the settings of a mock at this address; accounts can only be made there, each with its token."""
    accounts = [
        f'[[seed.accounts]]\nusername = "{name}"\ndisplay_name = "Nama {name}"\naccess_token = "{_token(name)}"\n'
        for name in EVERYBODY
    ]
    return f'domain = "{domain}"\nurl_scheme = "http"\n' + "".join(accounts)


def plant(url: str) -> tuple[Planted, ...]:
    """Post and favour as each of them; say what is there now."""
    with httpx.Client(base_url=url, timeout=30) as server:
        posts = {name: [_post(server, name, place) for place in range(WRITTEN.get(name, 0))] for name in EVERYBODY}
        for name, places in LIKED.items():
            for place in places:
                _send(server, name, f"/api/v1/statuses/{posts[CAMPAIGN][place]['id']}/favourite")
        return tuple(_planted(server, name, posts) for name in EVERYBODY)


def _planted(server: httpx.Client, name: str, posts: dict[str, list[dict[str, str]]]) -> Planted:
    account = server.get("/api/v1/accounts/lookup", params={"acct": name}).raise_for_status().json()
    return Planted(
        key=account["uri"],
        handle=f"{name}@{server.base_url.netloc.decode()}",
        posts=tuple(post["uri"] for post in posts[name]),
        likes=tuple(posts[CAMPAIGN][place]["uri"] for place in LIKED.get(name, ())),
        watched=name not in BYSTANDERS,
        campaign=name == CAMPAIGN,
    )


def _post(server: httpx.Client, name: str, place: int) -> dict[str, str]:
    text = f"Ayo coblos nomor dua, ajak keluarga! #{place}" if name == CAMPAIGN else f"Kerja bakti warga RT {place}"
    return _send(server, name, "/api/v1/statuses", status=text, language="id")


def _send(server: httpx.Client, name: str, path: str, **body: str) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {_token(name)}"}
    answer: dict[str, str] = server.post(path, json=body, headers=headers).raise_for_status().json()
    return answer


def _token(name: str) -> str:
    return f"token-of-{name}"
