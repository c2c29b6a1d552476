"""The words of what happens on the way to a page: refusals, pages, the browser."""

from collections.abc import Mapping

from language.words import Words

WEB: Mapping[str, Words] = {
    "purpose_ended": Words(
        what="The purpose of this installation ended on {ends}.",
        why="After that day nothing is collected.",
        do="If there is a new mandate, change purpose.basis and purpose.ends in config.yaml.",
    ),
    "already_running": Words(
        what="Another crawl is running.",
        why="Two at a time would visit the same accounts; the lock is {file}.",
        do="Wait until it has ended, then try again.",
    ),
    "robots_refused": Words(
        what="{url} is not visited.",
        why="The site's robots.txt says no, or could not be read.",
        do="Look at the page yourself, or enter a written permission under permissions in config.yaml.",
    ),
    "host_paused": Words(
        what="{host} is left alone until {until}.",
        why="It said no before.",
        do="Wait; tilik goes on by itself at the next crawl after that.",
    ),
    "key_missing": Words(
        what="The official API of {platform} is not asked.",
        why="This machine has no key for it.",
        do="Put the key into its environment variable; tilik doctor names it.",
    ),
    "quota_spent": Words(
        what="{host} is not asked any more today.",
        why="Its daily allowance of {daily} is used up.",
        do="Wait; tilik goes on by itself at the first crawl of tomorrow.",
    ),
    "address_refused": Words(
        what="{url} is not visited.",
        why="It is no public address: another kind of address, an unusual port, or a private network.",
        do="If it is a server of your own, add its host:port to crawl.allow_private in config.yaml.",
    ),
    "dns": Words(
        what="The server {host} was not found.",
        why="Its name is wrong, or this machine has no internet.",
        do="Check the name and the connection, then try again.",
    ),
    "unreachable": Words(
        what="{url} could not be reached: {reason}",
        why="The server or the connection is down.",
        do="Check the connection; the next crawl tries again.",
    ),
    "timeout": Words(
        what="{url} took too long.",
        why="The server or the connection is slow.",
        do="The next crawl tries again; if it stays so, raise crawl.timeout_seconds in config.yaml.",
    ),
    "too_large": Words(
        what="{url} is too large.",
        why="More than {limit} bytes are not read.",
        do="Look at the page yourself if it matters.",
    ),
    "too_many_redirects": Words(
        what="{url} only leads on and on to other addresses.",
        why="The site sends us in a circle.",
        do="Look at the page yourself; the next crawl tries again.",
    ),
    "answer_broken": Words(
        what="The answer of {url} is broken: {reason}",
        why="The server sent something that cannot be read.",
        do="The next crawl tries again.",
    ),
    "answer_lost": Words(
        what="An answer that {url} received is gone: {reason}",
        why="The browser did not keep it.",
        do="The next crawl tries again.",
    ),
    "browser_failed": Words(
        what="The browser could not show {url}: {reason}",
        why="It gave no cause that we know.",
        do="The next crawl tries again; if it stays so, run: tilik doctor",
    ),
    "browser_lost": Words(
        what="The browser ended while it showed {url}: {reason}",
        why="It crashed or was closed; mostly there is too little memory.",
        do="Close other programs; the next crawl tries again.",
    ),
    "page_crashed": Words(
        what="The page {url} crashed in the browser.",
        why="Mostly it needs more memory than there is.",
        do="Close other programs; the next crawl tries again.",
    ),
    "page_keeps_moving": Words(
        what="{url} leads on to another page again and again.",
        why="It could not be read at rest.",
        do="Look at the page yourself; the next crawl tries again.",
    ),
    "not_a_page": Words(
        what="{url} is a file to download, not a page.",
        why="tilik reads pages only and downloads nothing.",
        do="Check the address.",
    ),
    "selector_wrong": Words(
        what="A selector cannot be used on {url}: {reason}",
        why="It is not written as CSS selectors are.",
        do="Correct it in config.yaml under platforms.sites.",
    ),
    "page_too_large": Words(
        what="The page {url} is too large to be read.",
        why="More than {limit} bytes are not read.",
        do="Look at the page yourself.",
    ),
    "page_too_deep": Words(
        what="The page {url} is nested too deeply to be read.",
        why="No real page is; it may be made to do harm.",
        do="Look at the page yourself, with care.",
    ),
    "page_too_full": Words(
        what="The page {url} has more parts than any real page.",
        why="It may be made to do harm.",
        do="Look at the page yourself, with care.",
    ),
    "page_too_costly": Words(
        what="Reading the page {url} was broken off.",
        why="It asked for more time or memory than any real page does; it may be made to do harm.",
        do="Look at the page yourself, with care.",
    ),
    "layout_changed": Words(
        what="A page came, but not in the form that we know.",
        why="The platform has changed its pages.",
        do="Nothing was guessed. Look whether there is a newer tilik, or correct the site in config.yaml.",
    ),
    "handle_needed": Words(
        what="An account of {platform} has no handle.",
        why="Its pages are found by the handle.",
        do="Add the handle to the watchlist and import it again.",
    ),
    "foreign_post": Words(
        what="{uri} is no post of {platform}.",
        why="Its address does not look like one of that site.",
        do="Check the address, or post.path in config.yaml under platforms.sites.",
    ),
    "browser": Words(
        what="There is no browser that tilik can use. Tried: {tried}",
        why="Pages that need JavaScript cannot be seen without one.",
        do="Run: tilik browser install, or: {command}",
    ),
    "browser_path": Words(
        what="There is no browser at {path}.",
        why="The path in config.yaml or in the environment is wrong.",
        do="Correct crawl.browser in config.yaml, or write null there so that tilik looks for one.",
    ),
    "browser_driver": Words(
        what="The browser could not be started: {reason}",
        why="The part of tilik that drives it does not answer.",
        do="Try again; if it stays so, install tilik anew.",
    ),
    "browser_sandbox": Words(
        what="The browser {browser} cannot start its protection (sandbox) on this system.",
        why="Without it a bad page could do harm, so it is not started.",
        do="Install another browser: tilik browser install",
    ),
    "bad_selector": Words(
        what="The selector {selector} of the site {platform} cannot be used.",
        why="It is not written as CSS selectors are.",
        do="Correct it in config.yaml under platforms.sites.",
    ),
    "site_without_post_address": Words(
        what="The site {platform} does not say how a post is addressed.",
        why="Without an address no post can be told from another.",
        do="Add post.path, or html.url to its pages, in config.yaml under platforms.sites.",
    ),
    "too_slow": Words(
        what="{url} answered too slowly.",
        why="After {seconds} seconds we stop waiting.",
        do="The next crawl tries again.",
    ),
}
