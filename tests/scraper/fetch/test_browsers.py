"""Which browser is tried in which order, and how one is installed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from core.errors import MissingError
from scraper.fetch.browsers import choices, install, install_command

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux"\nID=debian\n'
UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'


def having(*programs: str) -> Callable[[str], str | None]:
    return lambda name: f"/usr/bin/{name}" if name in programs else None


def test_playwrights_own_browser_comes_before_the_systems_and_the_systems_before_a_channel() -> None:
    names = [choice.name for choice in choices(None, environ={}, which=having("google-chrome", "chromium"))]

    assert names == ["playwright", "chromium", "chrome", "msedge"]


def test_a_browser_that_was_asked_for_is_the_only_one(tmp_path: Path) -> None:
    path = tmp_path / "my-browser"
    path.touch()

    assert [choice.executable for choice in choices(path, environ={})] == [path]
    assert [choice.executable for choice in choices(None, environ={"TILIK_BROWSER": str(path)})] == [path]


def test_a_browser_that_was_asked_for_and_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(MissingError) as missing:
        list(choices(tmp_path / "gone", environ={}, which=having("chromium")))

    assert (missing.value.code, missing.value.fields) == ("browser_path", {"path": str(tmp_path / "gone")})


@pytest.mark.parametrize(
    ("system", "release", "beginning"),
    [
        ("win32", "", "winget install"),
        ("darwin", "", "brew install"),
        ("linux", DEBIAN, "sudo apt-get install -y --no-install-recommends chromium-headless-shell libatomic1"),
        ("linux", UBUNTU, "python -m playwright install"),
        ("linux", "ID=fedora", "python -m playwright install"),
    ],
)
def test_the_command_is_the_one_of_this_system(system: str, release: str, beginning: str) -> None:
    assert install_command(system=system, which=having("apt-get"), os_release=release).startswith(beginning)


class Shell:
    """Runs commands by saying whether they would have worked."""

    def __init__(self, *working: str) -> None:
        self.ran: list[str] = []
        self._working = working

    def __call__(self, command: Sequence[str]) -> int:
        line = " ".join(command)
        self.ran.append(line)
        return 0 if any(part in line for part in self._working) else 1


def test_playwrights_own_shell_is_installed_first_and_is_enough() -> None:
    shell = Shell("playwright")

    used = install(run=shell, which=having("apt-get"), os_release=DEBIAN, root=True)

    assert used.endswith("playwright install --only-shell chromium")
    assert len(shell.ran) == 1


def test_where_the_download_fails_debian_installs_its_own_for_root() -> None:
    shell = Shell("apt-get")

    used = install(run=shell, which=having("apt-get"), os_release=DEBIAN, root=True)

    assert used == "apt-get install -y --no-install-recommends chromium-headless-shell libatomic1"
    assert len(shell.ran) == 2


@pytest.mark.parametrize(("release", "root"), [(DEBIAN, False), (UBUNTU, True)])
def test_where_we_cannot_install_the_command_is_named(release: str, root: bool) -> None:  # noqa: FBT001
    shell = Shell("apt-get")

    with pytest.raises(MissingError) as missing:
        install(run=shell, which=having("apt-get"), os_release=release, root=root)

    assert missing.value.code == "browser"
    assert missing.value.fields["command"] == install_command(which=having("apt-get"), os_release=release)
    assert len(shell.ran) == 1
