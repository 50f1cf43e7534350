"""The console channel: a message is a line of the log. For development and for installations without a gateway."""

import structlog

from app.domain.notice import OutboundMessage

log = structlog.get_logger()

KEPT_AT_START, KEPT_AT_END = 3, 2


class ConsoleChannel:
    """Writes who is told what about which case; never the text, which may hold personal data."""

    def deliver(self, message: OutboundMessage) -> None:
        """Log the message. Never fails."""
        log.info(
            "Notice sent",
            action="notice_sent",
            notice=message.notice,
            case_no=message.case_no,
            subject=message.subject,
            addressee=_masked(message.addressee),
            language=message.language,
            attachments=list(message.attachments),
            request_id=message.dedup_key,
        )


def _masked(addressee: str) -> str:
    """A short address is hidden whole: its ends would say it all."""
    hidden = len(addressee) - KEPT_AT_START - KEPT_AT_END
    if hidden < KEPT_AT_START:
        return "*" * len(addressee)
    return f"{addressee[:KEPT_AT_START]}{'*' * hidden}{addressee[-KEPT_AT_END:]}"
