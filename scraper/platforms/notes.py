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
        "post_unavailable",
        "private",
        "promoted",
        "quota",
        "record_not_there",
        "region_locked",
        "time_claimed",
    }
)
