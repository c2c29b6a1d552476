"""The words of what can go wrong while a person looks and tilik listens."""

from collections.abc import Mapping

from language.words import Words

CAPTURE: Mapping[str, Words] = {
    "no_screen": Words(
        what="There is no screen on which a browser could be seen.",
        why="A person has to drive the browser; this machine has no desktop (DISPLAY is not set).",
        do="Run tilik capture on a computer with a desktop, or bring a recording: tilik import FILE",
    ),
    "no_window": Words(
        what="No browser with a window could be started.",
        why="A headless shell, which is enough to crawl, has none. Tried: {tried}",
        do="Install Chrome or Chromium, or name one in TILIK_BROWSER: {command}",
    ),
    "capture_url_or_queue": Words(
        what="An address and --queue together cannot be opened.",
        why="The queue says by itself what is opened.",
        do="Leave one of them out.",
    ),
    "capture_without_reason": Words(
        what="--own-account needs a reason.",
        why="It is kept with everything that was seen this way.",
        do='Say why an account is needed, for example: --own-account "who liked it is shown after login only"',
    ),
    "capture_not_confirmed": Words(
        what="Nothing was opened.",
        why="An account of one's own is used only after the warning was confirmed.",
        do="Answer y, or give --yes; without --own-account a fresh profile is used.",
    ),
}
