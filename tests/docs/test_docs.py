"""The documents say what is true: commands and options exist, links lead somewhere, both languages are in step."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from core.platforms import Site
from core.records import AccountRef, Capability, Capture, Mode, VisitState
from jobs import watchfile
from scraper.adapter import Target
from scraper.platforms.site import SiteAdapter
from scripts.paper import Chosen

HOUSE = Path(__file__).parents[2]
DOCUMENTS = sorted([*HOUSE.glob("*.md"), *HOUSE.glob("docs/**/*.md")])
PAGES = sorted(path.name for path in (HOUSE / "docs" / "en").glob("*.md"))
READMES = ("README.md", "README.id.md")
PAIRS = [READMES, *((f"docs/en/{name}", f"docs/id/{name}") for name in PAGES)]
SITES = ("docs/en/sites.md", "docs/id/sites.md")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(tilik [^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def read(name: str) -> str:
    return (HOUSE / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(text) if kind == language]


def headings(text: str) -> list[int]:
    return [len(line) - len(line.lstrip("#")) for line in BLOCK.sub("", text).splitlines() if line.startswith("#")]


def calls(text: str) -> Iterator[list[str]]:
    """Give every `tilik ...` of a document, in code blocks and in sentences, as its words."""
    for body in blocks(text, "sh"):
        yield from (_call(line) for line in body.splitlines() if re.match(r"(\.venv/bin/)?tilik ", line))
    yield from (_call(span) for span in SPAN.findall(BLOCK.sub("", text)))


def _call(line: str) -> list[str]:
    words = line.split()[1:]
    return words[2:] if words[0] == "--lang" else words


def reference(chosen: Chosen, folder: Path) -> str:
    """Let the program tell of its commands; their help is made once a process, in one language."""
    target = folder / "cli.md"
    subprocess.run([sys.executable, "-m", "scripts.cli_page", chosen, str(target)], cwd=HOUSE, check=True)
    return target.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The reference as the program writes it now."""
    return reference("en", tmp_path_factory.mktemp("cli"))


@pytest.fixture(scope="module")
def commands(page: str) -> dict[str, set[str]]:
    """Every command of the program with its options."""
    _, *sections = page.split("\n## tilik ")
    return {one.partition("\n")[0]: set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", one)) for one in sections}


def command_of(words: list[str], commands: dict[str, set[str]]) -> str | None:
    return next((name for size in (2, 1) if (name := " ".join(words[:size])) in commands), None)


def test_the_reference_of_commands_is_the_program_s_own(page: str) -> None:
    assert read("docs/en/cli.md") == page, "run: python -m scripts.cli_page"


def test_the_indonesian_reference_of_commands_is_the_program_s_own(tmp_path: Path) -> None:
    assert read("docs/id/cli.md") == reference("id", tmp_path), "run: python -m scripts.cli_page"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_every_command_that_a_document_names_exists_with_its_options(
    document: Path, commands: dict[str, set[str]]
) -> None:
    groups = {name.partition(" ")[0] for name in commands if " " in name}
    for words in calls(document.read_text(encoding="utf-8")):
        named = [word for word in words if not word.startswith("-")]
        options = {word for word in words if word.startswith("-")} - {"--help"}
        if not named or (named[0] in groups and len(named) == 1):
            assert not options, " ".join(words)
            continue
        command = command_of(named, commands)
        assert command is not None, " ".join(words)
        assert options <= commands[command], " ".join(words)


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_every_command(readme: str, commands: dict[str, set[str]]) -> None:
    named = {command_of(words, commands) for words in calls(read(readme))}

    assert commands.keys() <= named


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    links = LINK.findall(BLOCK.sub("", document.read_text(encoding="utf-8")))
    relative = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith("#")]

    missing = [link for link in relative if not (document.parent / unquote(link)).exists()]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_every_link_to_a_heading_finds_it(document: Path) -> None:
    links = [link.partition("#") for link in LINK.findall(BLOCK.sub("", document.read_text(encoding="utf-8")))]
    inside = [(document.parent / path if path else document, name) for path, mark, name in links if mark]
    ours = [(path, name) for path, name in inside if path.suffix == ".md" and path.exists()]

    assert [name for path, name in ours if name not in anchors(path)] == []


def anchors(document: Path) -> set[str]:
    """Name the headings of a page as GitHub names them in addresses."""
    text = BLOCK.sub("", document.read_text(encoding="utf-8"))
    titles = [line.lstrip("#").strip().lower() for line in text.splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("readme", READMES)
def test_every_place_that_a_readme_names_is_there(readme: str) -> None:
    rows = [line.split("|")[1:3] for line in read(readme).splitlines() if line.startswith("| ")]
    rooms = {path.name for path in HOUSE.iterdir()}
    named = {name for row in rows for name in re.findall(r"`([\w./]+)`", "".join(row)) if name.split("/")[0] in rooms}

    assert {"scraper/", "classifier/", "storage/", "config.yaml", "cli.py", "tests/", "pyproject.toml"} <= named
    assert [name for name in sorted(named) if not (HOUSE / name).exists()] == []


@pytest.mark.parametrize(("english", "indonesian"), PAIRS)
def test_both_languages_have_the_same_parts(english: str, indonesian: str) -> None:
    one, other = read(english), read(indonesian)

    assert headings(one) == headings(other)
    assert [kind for kind, _ in BLOCK.findall(one)] == [kind for kind, _ in BLOCK.findall(other)]
    for kind in ("sh", "bat", "html", "yaml"):
        assert blocks(one, kind) == blocks(other, kind)
    assert [line.count("|") for line in one.splitlines() if line.startswith("|")] == [
        line.count("|") for line in other.splitlines() if line.startswith("|")
    ]


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_explains_every_column_of_the_watchlist(readme: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|", read(readme), re.MULTILINE)

    assert rows == list(zip(watchfile.COLUMNS, watchfile.INDONESIAN, strict=True))


@pytest.mark.parametrize("document", SITES)
def test_the_described_site_reads_its_example(document: str) -> None:
    (described,) = yaml.safe_load(blocks(read(document), "yaml")[0])
    body = blocks(read(document), "html")[0].encode()
    adapter = SiteAdapter(Site.model_validate(described))
    who = AccountRef(platform=adapter.platform, handle="kel_honje")
    (request,) = adapter.plan(Target(account=who), Capability.POSTS)
    capture = Capture(
        url=request.url,
        final_url=request.url,
        status=200,
        media_type="text/html",
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        captured_at=datetime(2026, 11, 23, tzinfo=UTC),
        mode=Mode.AUTO,
    )

    found = adapter.read(request, capture)

    assert request.url == "https://papan.example/warga/kel_honje"
    assert found.state is VisitState.OK
    assert [(post.posted_at, post.likes) for post in found.posts] == [
        (datetime(2026, 6, 1, 23, 30, tzinfo=UTC), 1012),
        (None, None),
    ]
    assert found.claimed == 2


@pytest.mark.parametrize("document", SITES)
def test_every_key_of_a_site_is_explained(document: str) -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", read(document), re.MULTILINE))
    schema = Site.model_json_schema()
    keys = {
        key for part in ("SitePage", "SiteList", "SiteHtml", "SiteJson") for key in schema["$defs"][part]["properties"]
    }

    assert explained == {*schema["properties"], *keys}


def test_the_installer_is_a_file_that_windows_reads() -> None:
    content = (HOUSE / "install.cmd").read_bytes()
    lines = content.decode("ascii").split("\r\n")
    labels = {line[1:].strip() for line in lines if line.startswith(":")}

    assert b"\n" not in content.replace(b"\r\n", b"")
    assert {line.rpartition("goto ")[2].strip() for line in lines if "goto " in line} <= labels
    assert "requirements.lock" in content.decode()
    assert lines[-2:] == ["exit /b 1", ""]
