"""What adapters note beside a state, as codes; their words for people are in `language.names`."""

NOTES = frozenset(
    {
        "account_suspended",
        "account_unavailable",
        "api_closed",
        "banned_or_unknown",
        "comments_disabled",
        "empty_answer",
        "key_refused",
        "liker_not_named",
        "listed_page_gone",
        "page_by_script",
        "page_cut",
        "post_unavailable",
        "posts_not_on_page",
        "private",
        "promoted",
        "quota",
        "record_not_there",
        "region_locked",
        "time_claimed",
    }
)
