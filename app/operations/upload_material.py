"""Upload a material (申请材料) once; it is referred to by id afterwards."""

import hashlib
from datetime import date

from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.domain.materials import detect_type
from app.domain.vocabulary import MaterialTrust
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.materials import NewMaterial, add_material

LONGEST_NAME = 200


def upload_material(
    context: Context, person: Person, *, name: str, content: bytes, valid_to_on: date | None = None
) -> Result:
    """Store a file of the caller. The same bytes of the same person give the same id.

    What the file is is read from its bytes, never from its name. valid_to_on: local last day of what ends by itself, such
    as a lease; it is refused for an application afterwards. Raises InvalidInput `material_too_large`,
    `material_type`, `material_empty`.
    """
    most = context.settings.max_upload_bytes
    if not content:
        raise InvalidInput("material_empty")
    if len(content) > most:
        raise InvalidInput("material_too_large", most_bytes=most, size_bytes=len(content))
    mime = detect_type(content)
    if mime is None:
        raise InvalidInput("material_type", name=name[:LONGEST_NAME])
    sha256 = hashlib.sha256(content).hexdigest()
    with context.database.write() as uow:
        material_id = add_material(
            uow,
            NewMaterial(
                id=context.ids.next_id(person.region_code),
                sha256=sha256,
                name=name[:LONGEST_NAME] or sha256[:12],
                mime=mime,
                size=len(content),
                trust=MaterialTrust.UPLOADED if person.is_applicant else MaterialTrust.VERIFIED,
                owner_account_id=person.account_id,
                uploaded_at=uow.now(),
                content=content,
                valid_to_on=valid_to_on,
            ),
        )
    return {"material_id": str(material_id), "sha256": sha256, "mime": mime, "size_bytes": len(content)}
