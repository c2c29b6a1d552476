"""Which browser of this machine is used, how it is started, and how one is installed.

Nothing here drives a browser: `choices` names what `scraper.fetch.browser` tries in turn.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from core.errors import MissingError

VARIABLE = "TILIK_BROWSER"
EXECUTABLES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge",
)
WITHOUT_WINDOW = "headless-shell"
"""Part of the name of browsers that have no window, so that nobody can drive them."""
CHANNELS = ("chrome", "msedge")
OWN_SHELL = (sys.executable, "-m", "playwright", "install", "--only-shell", "chromium")
DEBIAN_WINDOW = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
DEBIAN_SHELL = ("apt-get", "install", "-y", "--no-install-recommends", "chromium-headless-shell", "libatomic1")
"""The browser, and what Playwright's own driver needs on a bare Debian."""
INSTALL_SECONDS = 900

QUIET = (
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    # The name of this switch differs between builds; a browser ignores the one it does not know.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
"""What keeps Chromium from talking to anybody but the page's servers."""
NO_WINDOWS = "--block-new-web-contents"
"""A page that nobody looks at opens no other; browsers that do not know this close them unasked-for and empty."""
NO_PICTURES = ("--blink-settings=imagesEnabled=false",)
"""The browser's own setting for people who want no images: none is asked for, and nobody hears of one."""
HEAP = "--js-flags=--max-old-space-size=512,--initial-old-space-size=4,--max-semi-space-size=2"
"""What a page's scripts may hold, in MB: one that takes more costs its tab, not this machine.

Scripts start small, so that what earlier pages left is cleared up early and by the way: 55 MB a tab less than without,
and 8 % less CPU than asking for it every few pages.
"""

OLDEST = 153
"""The oldest major version that was not too old on the day when this tilik was made."""
MOST_DAYS = 45
"""A browser that is older has holes that are known to everybody: every few weeks some are mended."""
EARLIEST = date(2020, 1, 1)
"""A file that says it is older does not say when it was made."""

Run = Callable[[Sequence[str]], int]
Which = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to start a browser: an executable, a channel, or (neither) Playwright's own."""

    name: str
    executable: Path | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The browser that started, for `doctor` and for the run; `sandboxed` is False only for root."""

    choice: Choice
    version: str
    sandboxed: bool
    built: date | None = None

    def is_old(self, today: date) -> bool:
        """Say whether it should be renewed: by its version, or by its day, where that is known."""
        major = self.version.partition(".")[0]
        if major.isdecimal() and int(major) < OLDEST:
            return True
        return self.built is not None and (today - self.built).days > MOST_DAYS


def built_on(executable: Path) -> date | None:
    """Say when a browser was built, as its file tells; None where it does not."""
    try:
        day = datetime.fromtimestamp(executable.stat().st_mtime, tz=UTC).date()
    except (OSError, OverflowError, ValueError):
        return None
    return day if day >= EARLIEST else None


def choices(
    configured: Path | None, *, environ: Mapping[str, str] = os.environ, which: Which = shutil.which
) -> Iterator[Choice]:
    """Name the browsers to try, best first; a browser that was asked for by its path is the only choice."""
    asked = environ.get(VARIABLE) or configured
    if asked:
        path = Path(asked).expanduser()
        if not path.is_file():
            raise MissingError("browser_path", path=str(path))
        yield Choice(name=path.name, executable=path)
        return
    yield Choice(name="playwright")
    found = next(filter(None, map(which, EXECUTABLES)), None)
    if found:
        yield Choice(name=Path(found).name, executable=Path(found))
    for channel in CHANNELS:
        yield Choice(name=channel, channel=channel)


def window_choices(
    configured: Path | None, *, environ: Mapping[str, str] = os.environ, which: Which = shutil.which
) -> Iterator[Choice]:
    """Name the browsers with a window that a person can drive, best first: what this machine has before our own."""
    asked = environ.get(VARIABLE) or configured
    if asked and WITHOUT_WINDOW not in Path(asked).name:
        yield from choices(configured, environ=environ, which=which)
        return
    names = [name for name in EXECUTABLES if WITHOUT_WINDOW not in name]
    for found in filter(None, map(which, names)):
        yield Choice(name=Path(found).name, executable=Path(found))
    for channel in CHANNELS:
        yield Choice(name=channel, channel=channel)
    yield Choice(name="playwright")


def has_screen(*, environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> bool:
    """Say whether a window could be seen here; Linux has one only where a desktop runs."""
    if system in {"win32", "darwin"}:
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def window_command(*, system: str = sys.platform, which: Which = shutil.which, os_release: str | None = None) -> str:
    """Name the command that gets a browser with a window on this system."""
    if system in {"win32", "darwin"}:
        return install_command(system=system)
    if which("apt-get") and _is_debian(_os_release() if os_release is None else os_release):
        return f"sudo {' '.join(DEBIAN_WINDOW)}"
    return "python -m playwright install --with-deps chromium"


def is_root() -> bool:
    """Say whether this process is the administrator: for them alone Chromium has no sandbox, and runs without."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def install_command(*, system: str = sys.platform, which: Which = shutil.which, os_release: str | None = None) -> str:
    """Name the command that gets a browser on this system."""
    if system == "win32":
        return "winget install --id Google.Chrome"
    if system == "darwin":
        return "brew install --cask google-chrome"
    if which("apt-get") and _is_debian(_os_release() if os_release is None else os_release):
        return f"sudo {' '.join(DEBIAN_SHELL)}"
    return "python -m playwright install --with-deps --only-shell chromium"


def missing(tried: Sequence[str] = (), *, command: str | None = None) -> MissingError:
    """Make the error for a machine without a usable browser."""
    return MissingError("browser", command=command or install_command(), tried="; ".join(tried))


def install(
    *,
    run: Run | None = None,
    which: Which = shutil.which,
    os_release: str | None = None,
    root: bool | None = None,
) -> str:
    """Install a headless shell, Playwright's own or the system's, and say with which command.

    MissingError `browser` names the command for a person where neither works. Which browser is used afterwards, and
    its version, is what `scraper.fetch.browser.find_browser` answers.
    """
    run = run or _run
    commands: list[tuple[str, ...]] = [OWN_SHELL]
    release = _os_release() if os_release is None else os_release
    if which("apt-get") and _is_debian(release) and (is_root() if root is None else root):
        commands.append(DEBIAN_SHELL)
    tried = []
    for command in commands:
        status = run(command)
        if status == 0:
            return " ".join(command)
        tried.append(f"{' '.join(command[-4:])}: exit {status}")
    raise missing(tried, command=install_command(which=which, os_release=release))


def _run(command: Sequence[str]) -> int:
    """Run an installer; what it says goes to standard error, for standard output is the answer of our command."""
    try:
        return subprocess.call(command, timeout=INSTALL_SECONDS, stdout=sys.stderr)  # noqa: S603  our own constants
    except (OSError, subprocess.TimeoutExpired):
        return -1


def _os_release() -> str:
    try:
        return Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""


def _is_debian(os_release: str) -> bool:
    """Say whether this is Debian itself: Ubuntu has the package only as a snap."""
    return any(line.strip().replace('"', "") == "ID=debian" for line in os_release.splitlines())
