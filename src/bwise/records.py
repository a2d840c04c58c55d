"""The record of a country in `processed/`: whole, proved and its own, or not used at all.

Its manifest holds the hash of each file beside it. When the record is proved, the manifest is sealed: an HMAC over all it says, under
the project's key. A record that was changed, cut off, copied from another project or never proved is told from one that holds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from bwise.paths import json_of
from bwise.privacy import project_key, pseudonym
from bwise.settings import KEY_FILE, MANIFEST, RECORD, CountrySettings, Project
from bwise.storage import write_json

NOT_THERE = "not cleaned yet, or its last run failed"
OTHER_KEY = "its record was made with another key of the pseudonyms"
NOT_PROVED = "its record was not proved: the run that wrote it was stopped, or its notebook leaves the proof out"


def outputs(folder: Path) -> dict[str, str]:
    """File of a record -> sha256, of those in the folder; the manifest is not among them."""
    return {name: _sha256((folder / name).read_bytes()) for name in RECORD if name != MANIFEST and (folder / name).is_file()}


def key_mark(project: Project) -> str:
    """Tells whether a record was made under the project's key of today; without the key it tells nothing."""
    return pseudonym(project_key(project.root), "record")


def seal(project: Project, settings: CountrySettings) -> None:
    """Say in the manifest that the record was proved as it stands."""
    path = project.processed(settings.country, settings.part) / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, sealed(project, manifest))


def is_sealed(manifest: dict[str, Any]) -> bool:
    """Whether the record was proved when it was written (`seal`)."""
    return "seal" in manifest


def sealed(project: Project, said: dict[str, Any]) -> dict[str, Any]:
    """What is said, with a seal under the project's key."""
    return said | {"seal": _seal(project, said)}


def unsealed(project: Project, path: Path) -> dict[str, Any]:
    """What a file that `sealed` made says; nothing where it is not there, damaged or changed."""
    said = json_of(path)
    return said if hmac.compare_digest(str(said.get("seal")), _seal(project, said)) else {}


def _seal(project: Project, manifest: dict[str, Any]) -> str:
    said = json.dumps({name: value for name, value in manifest.items() if name != "seal"}, sort_keys=True)
    return hmac.new(project_key(project.root), said.encode(), hashlib.sha256).hexdigest()


def read_manifest(project: Project, country: str, part: str = "") -> tuple[dict[str, Any], str]:
    """The manifest of a record; or nothing, and why it cannot be used.

    Records of versions of the program that did not seal them pass; `is_sealed` tells them.
    """
    try:
        manifest = json.loads((project.processed(country, part) / MANIFEST).read_bytes())
    except FileNotFoundError:
        return {}, NOT_THERE
    except (OSError, ValueError, RecursionError):
        return {}, f"its record is damaged: {MANIFEST} cannot be read"
    if not isinstance(manifest, dict) or not {"program", "inputs", "country"} <= set(manifest):
        return {}, f"its record is damaged: {MANIFEST} is not what was saved"
    if manifest["country"] != country:
        return {}, "its record is that of another country"
    if "key" in manifest and not ((project.root / KEY_FILE).is_file() and manifest["key"] == key_mark(project)):
        return {}, OTHER_KEY
    if is_sealed(manifest) and not hmac.compare_digest(str(manifest["seal"]), _seal(project, manifest)):
        return {}, f"its record is damaged: {MANIFEST} is not what was saved"
    return manifest, ""


def read_files(project: Project, country: str, part: str, manifest: dict[str, Any]) -> tuple[dict[str, bytes], str]:
    """The files of a record by name, each read once, so that what is hashed is what is used; and which are not those that were saved."""
    folder = project.processed(country, part)
    saved = manifest.get("outputs", {})
    files = {name: (folder / name).read_bytes() for name in saved if (folder / name).is_file()}
    off = [name for name, digest in saved.items() if name not in files or _sha256(files[name]) != digest]
    return files, f"its record is damaged: {' and '.join(off)} {'is' if len(off) == 1 else 'are'} not what was saved" if off else ""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
