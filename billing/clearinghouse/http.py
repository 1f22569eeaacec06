"""Payers over HTTPS: X12 as the body of a POST, or inside the multipart envelope that CAQH CORE describes.

Neither passwords nor texts are ever logged or put into an error: they would name patients.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from billing.clearinghouse.base import Answer, Later, NoAnswer, NotTaken, Receipt
from billing.clearinghouse.folders import decoded

RULE_VERSION = "2.2.0"
# Surely nothing arrived: the connection was never made.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
BUSY = {429, 502, 503, 504}
REFUSED = {400, 401, 403, 404, 405, 413, 415, 422}
ASK, STATUS, CLAIMS = (
    "X12_270_Request_005010X279A1",
    "X12_276_Request_005010X212",
    "X12_837_Request_005010X222A1",
)
# What is asked for when answers are fetched through the envelope, one kind after the other.
RETRIEVALS = (
    "X12_999_RetrievalRequest_005010X231A1",
    "X12_277CA_RetrievalRequest_005010X214",
    "X12_835_Request_005010X221A1",
)
LARGEST = 50_000_000


class HttpClearinghouse:
    name = "http"

    def __init__(
        self, url: str, *, envelope: str, user: str, password: str, sender: str, receiver: str, timeout: float
    ):
        self.url, self.is_core = url, envelope == "core"
        self.user, self.password, self.sender, self.receiver = user, password, sender, receiver
        self.timeout = timeout

    @classmethod
    def from_settings(cls) -> HttpClearinghouse:
        """Refuses (NotTaken) when no address is set, or one that would send names in the clear."""
        given = settings.CLEARINGHOUSE
        if not given["URL"]:
            raise NotTaken("CLEARINGHOUSE_URL names no address.")
        at = urlsplit(given["URL"])
        if at.scheme != "https" and at.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise NotTaken("CLEARINGHOUSE_URL has to begin with https.")
        return cls(
            given["URL"],
            envelope=given["ENVELOPE"],
            user=given["USER"],
            password=given["PASSWORD"],
            sender=given["SENDER_ID"],
            receiver=given["RECEIVER_ID"],
            timeout=given["TIMEOUT"],
        )

    def eligibility(self, text: str, *, key: str) -> str | None:
        return self._post(ASK, text, key)

    def status(self, text: str, *, key: str) -> str | None:
        return self._post(STATUS, text, key)

    def claims(self, text: str, *, key: str) -> Receipt:
        answer = self._post(CLAIMS, text, key, mode="Batch")
        return Receipt(ref=key, answers=(Answer(f"{key}-1", answer),) if answer else ())

    def fetch(self) -> list[Answer]:
        """In the envelope: one question per kind of file. Plain: GET of the address, file by file, until 204."""
        if not self.is_core:
            waiting = self._get()
            return [waiting] if waiting else []
        answers = []
        stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        for number, kind in enumerate(RETRIEVALS, 1):
            text = self._post(kind, "", f"fetch-{stamp}-{number}", mode="Batch")
            if text:
                answers.append(Answer(f"{stamp}-{number}", text))
        return answers

    def done(self, answer: Answer) -> None:
        """Plain: DELETE of the file's address. In the envelope a file that was fetched is not given again."""
        if not self.is_core:
            self._call("DELETE", f"{self.url}/{answer.name}", missing_is_fine=True)

    def _get(self) -> Answer | None:
        answer = self._call("GET", self.url)
        if answer.status_code == 204 or not answer.content:
            return None
        name = answer.headers.get("X-File-Id", "")
        if not name.replace("-", "").replace("_", "").isalnum():
            raise NotTaken("The clearinghouse gave a file without a name (X-File-Id).")
        return Answer(name, decoded(answer.content))

    def _post(self, kind: str, text: str, key: str, mode: str = "RealTime") -> str | None:
        if not self.is_core:
            headers = {"Content-Type": "application/EDI-X12", "X-Message-Id": key}
            answer = self._call("POST", self.url, content=text.encode("utf-8"), headers=headers)
            return decoded(answer.content) or None if answer.status_code != 202 else None
        fields = {
            "PayloadType": kind,
            "ProcessingMode": mode,
            "PayloadID": key,
            "TimeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "UserName": self.user,
            "Password": self.password,
            "SenderID": self.sender,
            "ReceiverID": self.receiver,
            "CORERuleVersion": RULE_VERSION,
            "Payload": text,
        }
        answer = self._call("POST", self.url, files={name: (None, value) for name, value in fields.items()})
        return _opened(answer)

    def _call(self, method: str, url: str, *, missing_is_fine: bool = False, **what) -> httpx.Response:
        auth = (self.user, self.password) if self.user and not self.is_core else None
        try:
            with (
                httpx.Client(timeout=self.timeout, auth=auth, follow_redirects=False) as client,
                client.stream(method, url, **what) as answer,
            ):
                body = bytearray()
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise NotTaken("The answer is larger than any that a payer gives.")
                whole = httpx.Response(
                    answer.status_code, headers=_plain(answer.headers), content=bytes(body)
                )
        except NEVER_LEFT as error:
            raise Later("The clearinghouse can't be reached.") from error
        except httpx.HTTPError as error:
            raise NoAnswer("The clearinghouse did not answer.") from error
        if missing_is_fine and whole.status_code == 404:
            return whole
        return _checked(whole)


def _plain(headers: httpx.Headers) -> httpx.Headers:
    """The headers that we read; the body is unpacked already."""
    return httpx.Headers(
        {k: v for k, v in headers.items() if k in ("content-type", "x-file-id", "retry-after")}
    )


def _checked(answer: httpx.Response) -> httpx.Response:
    code = answer.status_code
    if code in BUSY:
        wait = answer.headers.get("Retry-After", "")
        raise Later(
            "The clearinghouse is busy.",
            retry_after=float(wait[:9]) if wait.isascii() and wait.isdigit() else None,
        )
    if code in REFUSED:
        words = "The user name or password is wrong." if code in (401, 403) else "It does not take this."
        raise NotTaken(f"The clearinghouse refused ({code}). {words}")
    if not 200 <= code < 300:
        raise NoAnswer(f"The clearinghouse answered {code}.")
    return answer


def _opened(answer: httpx.Response) -> str | None:
    """The payload of an envelope; None when it has none. An error inside it becomes ours."""
    kind = answer.headers.get("Content-Type", "")
    if not kind.lower().startswith("multipart/"):
        raise NoAnswer("The answer is not in the envelope that was agreed.")
    raw = b"Content-Type: " + kind.encode("latin-1", "ignore") + b"\r\n\r\n" + answer.content
    parts = {_field(part): part for part in BytesParser(policy=HTTP).parsebytes(raw).walk() if _field(part)}

    def text(name: str) -> str:
        part = parts.get(name)
        return decoded(part.get_payload(decode=True) or b"").strip() if part is not None else ""

    code = text("ErrorCode")
    if code and code.lower() != "success":
        if code.lower() in ("serverbusy", "timeout", "systemunavailable"):
            raise Later("The clearinghouse is busy.")
        raise NotTaken(f"The clearinghouse refused ({code[:40]}).")
    return text("Payload") or None


def _field(part: Message) -> str:
    return str(part.get_param("name", "", header="content-disposition") or "")
