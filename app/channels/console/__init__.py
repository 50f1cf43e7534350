"""The console channel: a message is a line of the log. For development and for installations without a gateway."""

import structlog

from app.domain.notice import OutboundMessage

log = structlog.get_logger()


class ConsoleChannel:
    """Writes who is told what about which case; never the text, which may hold personal data."""

    def deliver(self, message: OutboundMessage) -> None:
        """Log the message."""
        log.info(
            "Notice sent",
            action="notice_sent",
            notice=message.notice,
            case_no=message.case_no,
            subject=message.subject,
            request_id=message.dedup_key,
        )
