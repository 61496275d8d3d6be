"""One guarded SMTP conversation: to a checked address, over TLS, with a hard end."""

import smtplib
import socket
import ssl

import httpx

from tocsin.errors import SinkBusy, SinkRejected
from tocsin.sinks.deadline import Deadline
from tocsin.sinks.target import Lookup, TargetRefused, checked_address


class ServerSilent(SinkBusy):
    """The server itself gave no answer, so no other recipient need be tried now."""


class MailServer:
    """Where mail is handed in; `security` is starttls, tls or none."""

    def __init__(
        self, host: str, port: int, security: str, timeout_s: float, trust: ssl.SSLContext
    ) -> None:
        self.url = httpx.URL(scheme="https", host=host, port=port)
        self._port, self._security, self._timeout_s = port, security, timeout_s
        self._trust, self.login = trust, ("", "")
        self.allow_private = False

    def deliver(self, sender: str, recipient: str, content: bytes, find: Lookup) -> None:
        """Hand in one message for one recipient; raises SinkBusy or SinkRejected.

        Answers of 5xx are final, everything else may pass. What the server says is not
        repeated: it may quote addresses.
        """
        who = f"email {self.url.host}"
        try:
            address = checked_address(self.url, self.allow_private, find)
            with Deadline(self._timeout_s) as deadline:
                self._talk(address, deadline, sender, recipient, content)
        except TargetRefused as error:
            raise SinkBusy(
                f"{who}: {error}. Set allow_private = true if you mean it.", 60.0
            ) from None
        except smtplib.SMTPAuthenticationError as error:
            raise SinkBusy(
                f"{who}: sign-in answered {error.smtp_code}. Check user and password.", 300.0
            ) from None
        except smtplib.SMTPRecipientsRefused as error:
            ((code, _),) = error.recipients.values()
            raise _verdict(who, code) from None
        except smtplib.SMTPResponseException as error:
            raise _verdict(who, error.smtp_code) from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise ServerSilent(f"{who}: {type(error).__name__}.") from None

    def _talk(
        self, address: str, deadline: Deadline, sender: str, recipient: str, content: bytes
    ) -> None:
        wrapped = self._trust if self._security == "tls" else None
        domain = sender.rpartition("@")[2]
        server = _Dialled(self.url.host, address, wrapped, deadline, self._timeout_s, domain)
        try:
            server.connect(self.url.host, self._port)
            if self._security == "starttls":
                server.starttls(context=self._trust)
            if self.login[0]:
                server.login(*self.login)
            server.sendmail(sender, [recipient], content)
        finally:
            server.close()


class _Dialled(smtplib.SMTP):
    """Connects to the address that was checked, under the name it was checked for."""

    def __init__(
        self,
        host: str,
        address: str,
        wrapped: ssl.SSLContext | None,
        deadline: Deadline,
        timeout_s: float,
        domain: str,
    ) -> None:
        self._address, self._wrapped, self._deadline = address, wrapped, deadline
        # The name of the machine stays at home; the sender's domain says who speaks.
        super().__init__("", 0, local_hostname=domain, timeout=timeout_s)
        # STARTTLS checks the certificate against this name.
        self._host = host

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = socket.create_connection((self._address, port), timeout)
        self._deadline.hold(made)
        if self._wrapped is None:
            return made
        return self._wrapped.wrap_socket(made, server_hostname=host)


def _verdict(who: str, code: int) -> SinkBusy | SinkRejected:
    if 500 <= code < 600:
        return SinkRejected(f"{who}: answered {code}. Check sender and recipient.")
    return SinkBusy(f"{who}: answered {code}.")
