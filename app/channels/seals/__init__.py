"""Seals (用印): what puts the seal of a department on a paper. `LocalSeal` draws an image; a signing service is another one.

The seal of this folder is a picture and no signature: an installation that needs a qualified electronic seal gives the
container one that calls its service, with the same function.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from app.channels.documents import compile_file
from app.domain.errors import TemporaryFailure
from app.domain.seal import SealRequest

IMAGE_TYPES = (".svg", ".png")
ANY_DEPARTMENT = "default"
SEAL_MM = 42
# The paper becomes the background of each page, with its text, and the seal lies on it.
SHEET = """
#set page(paper: "a4", margin: 0pt)
#for page in range(1, int(sys.inputs.pages) + 1) {
  if page > 1 { pagebreak() }
  place(top + left, image("paper.pdf", page: page, width: 100%, height: 100%))
  if page == int(sys.inputs.page) {
    let side = float(sys.inputs.side) * 1mm
    place(
      top + left,
      dx: float(sys.inputs.x) * 1pt - side / 2,
      dy: float(sys.inputs.y) * 1pt - side / 2,
      image(sys.inputs.image, width: side),
    )
  }
}
"""


class Seal(Protocol):
    """What seals papers."""

    def apply(self, request: SealRequest) -> bytes:
        """Return the sealed PDF; asking again for the same paper is allowed.

        Raises TemporaryFailure `seal_unavailable`; the paper stays as it is and is tried again.
        """
        ...


class LocalSeal:
    """Draws the image of a department, `<folder>/<department code>.svg` or `.png`, else `<folder>/default.svg`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def apply(self, request: SealRequest) -> bytes:
        """Draw the image over the place of the seal. Raises TemporaryFailure `seal_unavailable` without an image."""
        image = self._image_of(request.department_code)
        place = request.place
        with TemporaryDirectory(prefix="lianban-seal-") as name:
            folder = Path(name)
            (folder / "paper.pdf").write_bytes(request.content)
            (folder / f"seal{image.suffix}").write_bytes(image.read_bytes())
            (folder / "sheet.typ").write_text(SHEET, encoding="utf-8")
            inputs = {
                "pages": str(request.pages_count),
                "page": str(place.page),
                "x": str(place.x_pt),
                "y": str(place.y_pt),
                "side": str(SEAL_MM),
                "image": f"seal{image.suffix}",
            }
            return compile_file(folder / "sheet.typ", root=folder, inputs=inputs)

    def _image_of(self, department_code: str) -> Path:
        names = [f"{stem}{ending}" for stem in (department_code, ANY_DEPARTMENT) for ending in IMAGE_TYPES]
        found = next((path for name in names if (path := self._folder / name).is_file()), None)
        if found is None:
            raise TemporaryFailure("seal_unavailable", department=department_code)
        return found
