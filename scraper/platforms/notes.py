"""What adapters note beside a state, as codes; their words for people are in `language.names`."""

NOTES = frozenset(
    {
        "account_suspended",
        "account_unavailable",
        "banned_or_unknown",
        "comments_disabled",
        "empty_answer",
        "key_refused",
        "liker_not_named",
        "listed_page_gone",
        "page_cut",
        "post_unavailable",
        "private",
        "promoted",
        "quota",
        "region_locked",
    }
)
