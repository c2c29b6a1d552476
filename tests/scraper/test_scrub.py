"""Of questions, what belongs to whoever asked is taken out; what names the post stays."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.captures import scrub

MARK = "RAHASIA7f3aXYZ"
NAMES = (
    "access_token", "msToken", "fb_dtsg", "lsd", "x-csrftoken", "sessionid", "Authorization", "X-Bogus", "_signature",
    "password", "api_key", "key", "sid_guard", "jazoest", "__user", "av", "verifyFp", "csrf_token", "oauth_nonce",
)  # fmt: skip
PLAIN = st.text(alphabet="abcdefghijklmnopqrst0123456789", min_size=1, max_size=8)


def nested(value: str) -> st.SearchStrategy[Any]:
    """Hide a value under a secret name somewhere in JSON."""
    inner = st.dictionaries(st.sampled_from(NAMES), st.just(value), min_size=1, max_size=2)
    return st.recursive(
        inner,
        lambda deeper: st.one_of(
            st.lists(deeper, min_size=1, max_size=3),
            st.dictionaries(PLAIN, deeper, min_size=1, max_size=3),
            deeper.map(json.dumps),
        ),
        max_leaves=6,
    )


@given(st.lists(st.tuples(st.sampled_from(NAMES), PLAIN), min_size=1, max_size=5), PLAIN)
def test_no_secret_parameter_of_an_address_is_kept(pairs: list[tuple[str, str]], value: str) -> None:
    query = urlencode([("id", value), *((name, f"{MARK}{text}") for name, text in pairs)])
    url = f"https://user:{MARK}@www.instagram.com/api/v1/?{query}#access_token={MARK}"

    kept = scrub.address(url)

    assert MARK not in kept
    assert f"id={value}" in kept


@given(nested(MARK), st.booleans())
def test_no_secret_inside_json_is_kept(value: Any, as_form: bool) -> None:  # noqa: ANN401, FBT001
    body = json.dumps(value)
    asked = urlencode({"variables": body, "fb_dtsg": MARK, "doc_id": "12"}) if as_form else body

    kept = scrub.question(asked)

    assert MARK not in (kept or "")


@given(st.sampled_from(NAMES), st.integers(min_value=0, max_value=3))
def test_no_address_inside_an_address_keeps_a_secret(name: str, times: int) -> None:
    inner = f"https://example.org/a?x=1&{name}={MARK}"
    for _ in range(times):
        inner = quote(inner, safe="")

    assert MARK not in scrub.address(f"https://l.facebook.com/l.php?u={quote(inner, safe='')}&v=1")


@given(st.text(max_size=80))
def test_whatever_stands_there_is_taken_without_an_error(text: str) -> None:
    scrub.question(text)

    assert MARK not in scrub.address(f"{text}?access_token={MARK}")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.instagram.com/api/v1/media/3900000000000000505/likers/",
        "https://www.tiktok.com/api/comment/list/?aweme_id=7123&cursor=20",
        "https://x.com/i/api/graphql/abc/Retweeters?variables=%7B%22tweetId%22%3A%22123%22%7D",
        "https://www.facebook.com/permalink.php?story_fbid=12&id=34",
        "https://forum.example/list?page=2&author=kelurahan",
    ],
)
def test_an_address_without_secrets_stays_as_it_is(url: str) -> None:
    assert scrub.address(url) == url


def test_of_a_form_only_what_names_the_post_stays() -> None:
    form = urlencode({"av": "1", "__user": "1", "variables": '{"id":"39","first":24}', "doc_id": "5", "other": "x"})

    assert scrub.question(form) == urlencode({"variables": '{"id":"39","first":24}', "doc_id": "5"})


def test_a_token_needs_no_name_to_be_one() -> None:
    token = "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeK"

    assert token not in scrub.address(f"https://example.org/?x={token}")
