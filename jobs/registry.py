"""The model versions of this installation: which one is in use, entering new ones, going back to an older one."""

from dataclasses import dataclass
from pathlib import Path

from classifier.base import base_model
from classifier.model import Model
from classifier.store import load, read_manifest, save
from core.deeds import Did
from core.errors import InputError, ModelError, similar
from core.files import not_written
from jobs import deeds
from jobs.tools import Tools
from storage import judging
from storage.judging import ModelVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """The model in use; `broken` names newer ones whose files cannot be used any more."""

    version: ModelVersion
    model: Model
    broken: tuple[str, ...] = ()


def active(tools: Tools) -> Active:
    """Load the model in use; where its file is broken, the last good one that was in use before it.

    An installation without any model gets the base model. Raises ModelError where no promoted model can be used.
    """
    with tools.database.read() as session:
        known = judging.models(session)
    if not known:
        enter(tools, base_model(tools.models / "base"), promote=True)
        return active(tools)
    used = sorted(
        (one for one in known if one.promoted_at), key=lambda one: (one.active, one.promoted_at), reverse=True
    )
    broken: list[str] = []
    for version in used:
        try:
            return Active(version=version, model=_load(tools, version), broken=tuple(broken))
        except ModelError:
            broken.append(version.version)
    raise ModelError("no_usable_model", versions=", ".join(broken), folder=tools.models)


def _load(tools: Tools, version: ModelVersion) -> Model:
    model = load(tools.models / version.version)
    if model.version != version.version:
        raise ModelError("model_mismatch", version=version.version)
    return model


def enter(tools: Tools, model: Model, *, promote: bool) -> ModelVersion:
    """Save a model and enter it into the registry."""
    folder = tools.models / model.version
    if not _is_there(model, folder):
        try:
            save(model, folder)
        except OSError as error:
            raise not_written(folder, error) from error
    manifest = read_manifest(folder)
    with tools.database.write() as session:
        model_id = judging.save_model(session, model.version, str(manifest["sha256"]), manifest, tools.clock.now())
        if promote:
            judging.promote_model(session, model_id, tools.clock.now())
            deeds.write(session, tools, Did.MODEL, model.version)
        return next(one for one in judging.models(session) if one.id == model_id)


def _is_there(model: Model, folder: Path) -> bool:
    """Say whether this very model lies there whole: one that is in use is never written over."""
    try:
        return load(folder).version == model.version
    except ModelError:
        return False


def promote(tools: Tools, version: str, *, back: bool = False) -> ModelVersion:
    """Put a model version to use, if its file is sound; `back` says that it was in use before."""
    chosen = find(tools, version)
    _load(tools, chosen)
    with tools.database.write() as session:
        judging.promote_model(session, chosen.id, tools.clock.now())
        deeds.write(session, tools, Did.MODEL, f"{chosen.version} (rollback)" if back else chosen.version)
    return chosen


def rollback(tools: Tools) -> ModelVersion:
    """Go back to the model that was in use before the present one."""
    with tools.database.read() as session:
        used = sorted((m for m in judging.models(session) if m.promoted_at and not m.active), key=_promoted)
    if not used:
        raise InputError("nothing_to_roll_back")
    return promote(tools, used[-1].version, back=True)


def _promoted(version: ModelVersion) -> float:
    return version.promoted_at.timestamp() if version.promoted_at else 0.0


def find(tools: Tools, version: str) -> ModelVersion:
    """Find a version by its first characters; InputError where none or several begin so."""
    with tools.database.read() as session:
        every = list(judging.models(session))
    found = [one for one in every if one.version.startswith(version)]
    if len(found) != 1:
        known = [one.version for one in found or every]
        meant = similar(version, known)
        raise InputError("model_unknown", version=version, known=", ".join(known) or "–", meant=meant)
    return found[0]
