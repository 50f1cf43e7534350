"""Stand-ins for services outside of the program. Each passes the contract test of the adapter it stands for."""

from app.domain.errors import TemporaryFailure
from app.domain.seal import SealRequest


class RemoteSeal:
    """A signing service: it appends its signature to the file, and can be down. papers: numbers it sealed, in order."""

    def __init__(self) -> None:
        self.is_down = False
        self.papers: list[str] = []

    def apply(self, request: SealRequest) -> bytes:
        """Return the PDF with a signature after its end. Raises TemporaryFailure `seal_unavailable` while it is down."""
        if self.is_down:
            raise TemporaryFailure("seal_unavailable", department=request.department_code)
        self.papers.append(request.document_no)
        return request.content + f"\n% sealed for {request.department_code}\n".encode()
