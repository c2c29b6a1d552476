"""Forms: the office's templates or ours, filled in. A template is a stranger's file: it says where fields go, no more.

Its expressions run in a sandbox without files, imports or code of ours; it may hold no macros and lead nowhere else.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from core.errors import InputError, MissingError

OURS = Path(__file__).with_name("templates")
FORM_A, FINDING, REPORT, SHEET, ANNEX = "form-a", "b2-temuan", "b1-laporan", "lembar-sbt", "lampiran"
FORMS = (FORM_A, FINDING, REPORT, SHEET, ANNEX)
LARGEST = 10 * 1024 * 1024
LARGEST_OPENED = 50 * 1024 * 1024
MADE = (2026, 1, 1, 0, 0, 0)
HYPERLINK = "/hyperlink"


class Sandbox(ImmutableSandboxedEnvironment):
    """Where the expressions of a template run: texts, lists and loops, and nothing that makes them large."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401  (jinja's own)
        """Refuse what multiplies texts without end."""
        raise SecurityError(f"{operator} is not allowed")

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401  (jinja's own)
        """Let nothing be called but the loop's own: filters do what a form needs."""
        return False


def environment() -> Sandbox:
    """Make the sandbox: strict about unknown fields, everything escaped, no globals."""
    made = Sandbox(undefined=StrictUndefined, autoescape=True)
    made.globals.clear()
    return made


def template(name: str, folder: Path | None) -> Path:
    """Find a template: the office's own where it has one, else ours."""
    own = folder / f"{name}.docx" if folder is not None else None
    return own if own is not None and own.is_file() else OURS / f"{name}.docx"


def filled(path: Path, fields: Mapping[str, Any]) -> bytes:
    """Fill a template in. InputError where it is none, knows a field that we do not, or wants more than a form may."""
    content = _read(path)
    _harmless(path, content)
    try:
        from docxtpl import DocxTemplate  # noqa: PLC0415  (comes with the extra dossier)
    except ImportError as error:
        raise MissingError("extra_missing", module="docxtpl", extra="dossier") from error
    sandbox = environment()
    target = BytesIO()
    with _telling(path):
        form = DocxTemplate(BytesIO(content))
        form.render(dict(fields), jinja_env=sandbox, autoescape=True)
        form.save(target)
    return same(target.getvalue())


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Turn what a template does wrong into words."""
    try:
        yield
    except UndefinedError as error:
        raise InputError("template_field", file=path.name, reason=error.message or "") from error
    except SecurityError as error:
        raise InputError("template_forbidden", file=path.name, reason=error.message or "") from error
    except TemplateError as error:
        raise InputError("template_broken", file=path.name, reason=error.message or "") from error
    except (KeyError, ValueError, TypeError, OSError, etree.XMLSyntaxError) as error:
        raise InputError("template_broken", file=path.name, reason=type(error).__name__) from error


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError("template_broken", file=path.name, reason=f"> {LARGEST} B")
        return path.read_bytes()
    except OSError as error:
        raise InputError("template_broken", file=path.name, reason=error.strerror or str(error)) from error


def _harmless(path: Path, content: bytes) -> None:
    """Refuse macros, embedded programs, and parts that would be fetched from elsewhere when somebody opens it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST_OPENED:
                raise InputError("template_broken", file=path.name, reason=f"> {LARGEST_OPENED} B")
            for name in packed.namelist():
                if _runs(name):
                    raise InputError("template_forbidden", file=path.name, reason=name)
                if name.endswith(".rels"):
                    for place in _elsewhere(packed.read(name)):
                        raise InputError("template_forbidden", file=path.name, reason=place)
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError) as error:
        raise InputError("template_broken", file=path.name, reason=type(error).__name__) from error


def _runs(name: str) -> bool:
    lowered = name.casefold()
    return any(word in lowered for word in ("vbaproject", "activex", "/embeddings/"))


def _elsewhere(rels: bytes) -> Iterator[str]:
    """Name what a part would fetch from outside; a link that a person may follow is none."""
    root = etree.fromstring(rels, etree.XMLParser(resolve_entities=False, no_network=True))
    for one in root:
        if one.get("TargetMode") == "External" and not str(one.get("Type", "")).endswith(HYPERLINK):
            yield str(one.get("Target", ""))


def same(content: bytes) -> bytes:
    """Write a document so that the same words make the same bytes."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            written.writestr(zipfile.ZipInfo(name, MADE), read.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def copied(folder: Path, write: Callable[[Path, bytes], None]) -> list[Path]:
    """Copy our templates into a folder, for an office to change them; one that is there already stays as it is."""
    made = []
    for name in FORMS:
        path = folder / f"{name}.docx"
        if not path.exists():
            write(path, (OURS / f"{name}.docx").read_bytes())
            made.append(path)
    return made
