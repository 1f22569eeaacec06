"""Connections to payers: what leaves, what comes back, and what each trouble is called."""

import base64
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from billing.clearinghouse import Answer, Later, NoAnswer, NotTaken, clearinghouse
from billing.clearinghouse.folders import FolderClearinghouse
from billing.clearinghouse.http import HttpClearinghouse

QUESTION = "ISA*question~IEA*1*000000001~"
ANSWER = "ISA*answer~IEA*1*000000001~"
WHOLE = "ISA*00*x~GS*HB~GE*1*1~IEA*1*000000001~\n"


class Other(BaseHTTPRequestHandler):
    """The other side: answers what the test said, and remembers what it was asked."""

    says: list = []
    asked: list = []

    def _do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.path, dict(self.headers), body))
        status, headers, text = self.says.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        data = text.encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = _do

    def log_message(self, *_args):
        """Quiet."""


@pytest.fixture
def other():
    Other.says, Other.asked = [], []
    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def http(server, *, envelope="plain", timeout=5.0) -> HttpClearinghouse:
    return HttpClearinghouse(
        f"http://127.0.0.1:{server.server_port}/x12",
        envelope=envelope,
        user="maple",
        password="s3cret",
        sender="CLINIC",
        receiver="HOUSE",
        timeout=timeout,
    )


def envelope(**fields) -> tuple[int, dict, str]:
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return 200, {"Content-Type": "multipart/form-data; boundary=b"}, f"{parts}--b--\r\n"


def test_plain_posts_the_text_as_it_is_and_signs_in(other):
    Other.says = [(200, {}, ANSWER)]
    assert http(other).eligibility(QUESTION, key="k-1") == ANSWER
    method, path, headers, body = Other.asked[0]
    assert (method, path, body.decode()) == ("POST", "/x12", QUESTION)
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"maple:s3cret").decode()
    assert headers["X-Message-Id"] == "k-1"


def test_plain_may_answer_later_and_files_are_fetched_one_by_one(other):
    Other.says = [(202, {}, ""), (200, {"X-File-Id": "f-1"}, ANSWER), (204, {}, ""), (204, {}, "")]
    house = http(other)
    assert house.eligibility(QUESTION, key="k-1") is None
    (answer,) = house.fetch()
    assert answer == Answer("f-1", ANSWER)
    house.done(answer)
    assert Other.asked[-1][:2] == ("DELETE", "/x12/f-1")
    assert house.fetch() == []


def test_the_envelope_names_kind_mode_and_who_and_holds_the_text(other):
    Other.says = [envelope(PayloadType="X12_271_Response_005010X279A1", ErrorCode="Success", Payload=ANSWER)]
    assert http(other, envelope="core").eligibility(QUESTION, key="k-1") == ANSWER
    headers, body = Other.asked[0][2], Other.asked[0][3].decode()
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert "Authorization" not in headers
    for value in (
        "X12_270_Request_005010X279A1",
        "RealTime",
        "k-1",
        "maple",
        "s3cret",
        "CLINIC",
        "HOUSE",
        QUESTION,
    ):
        assert value in body


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ((503, {}, ""), Later),
        ((429, {"Retry-After": "90"}, ""), Later),
        ((500, {}, "Maria Ortiz"), NoAnswer),
        ((401, {}, ""), NotTaken),
        ((302, {"Location": "http://127.0.0.1:1/"}, ""), NoAnswer),
        (envelope(ErrorCode="ServerBusy"), Later),
        (envelope(ErrorCode="UnAuthorized", ErrorMessage="Maria Ortiz"), NotTaken),
        ((200, {"Content-Type": "text/html"}, "<html>"), NoAnswer),
    ],
)
def test_each_trouble_has_its_name_and_tells_nothing_about_anybody(other, said, error):
    Other.says = [said]
    with pytest.raises(error) as raised:
        http(other, envelope="core").eligibility(QUESTION, key="k-1")
    assert not {"Maria", "s3cret"} & set(str(raised.value).replace(":", " ").split())
    if said[0] == 429:
        assert raised.value.retry_after == 90


def test_nobody_there_is_later_and_somebody_who_hangs_is_no_answer(other):
    house = http(other, timeout=0.3)
    nobody = HttpClearinghouse(
        "http://127.0.0.1:9/", envelope="plain", user="", password="", sender="", receiver="", timeout=1
    )
    with pytest.raises(Later):
        nobody.eligibility(QUESTION, key="k")
    held = threading.Event()
    Other._do, usual = lambda self: held.wait(5), Other._do
    Other.do_POST = Other._do
    try:
        with pytest.raises(NoAnswer):
            house.eligibility(QUESTION, key="k")
    finally:
        held.set()
        Other._do = Other.do_POST = usual


@pytest.mark.parametrize(
    ("url", "words"), [("", "names no address"), ("http://payers.example.org/x12", "begin with https")]
)
def test_names_never_leave_in_the_clear(settings, url, words):
    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "http", "URL": url}
    with pytest.raises(NotTaken, match=words):
        clearinghouse()


def test_a_question_appears_whole_in_the_folder_and_twice_is_once(tmp_path):
    house = FolderClearinghouse(tmp_path)
    for _ in range(2):
        assert house.eligibility(QUESTION, key="k-1") is None
    assert house.claims("claims", key="b-1").ref == "b-1.837"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["b-1.837", "k-1.270"]
    assert (tmp_path / "out" / "k-1.270").read_text() == QUESTION
    assert (tmp_path / "out" / "k-1.270").stat().st_mode & 0o077 == 0


def test_files_are_read_when_they_are_whole_and_put_away_without_losing_one(tmp_path):
    house = FolderClearinghouse(tmp_path)
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a.271").write_text(WHOLE)
    (inbox / "b.271").write_text(WHOLE[:20])  # still arriving
    (inbox / "c.271.part").write_text(WHOLE)
    (inbox / ".hidden").write_text(WHOLE)
    (answer,) = house.fetch()
    assert answer == Answer("a.271", WHOLE)
    house.done(answer)
    house.done(answer)
    (inbox / "a.271").write_text(WHOLE)
    house.done(house.fetch()[0])
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a.271", "a.271.2"]


def test_a_file_that_stays_cut_off_is_handed_out_for_somebody_to_see(tmp_path):
    house = FolderClearinghouse(tmp_path)
    (tmp_path / "in").mkdir()
    cut = tmp_path / "in" / "b.271"
    cut.write_bytes(b"ISA*caf\xe9")
    os.utime(cut, (cut.stat().st_atime, cut.stat().st_mtime - 4000))
    assert house.fetch() == [Answer("b.271", "ISA*café")]


def test_a_key_is_no_path(tmp_path):
    with pytest.raises(ValueError, match="letters"):
        FolderClearinghouse(tmp_path).eligibility(QUESTION, key="../../etc/x")
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_without_a_connection_everything_says_how_to_go_on(settings):
    settings.CLEARINGHOUSE = {**settings.CLEARINGHOUSE, "KIND": "none"}
    house = clearinghouse()
    assert house.fetch() == []
    with pytest.raises(NotTaken, match="Check by phone or portal"):
        house.eligibility(QUESTION, key="k")
