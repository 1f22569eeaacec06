"""Letters as PDF: one or many, each from a page of its own, with the address where a window envelope shows it.

Pure: words in, bytes out; the same words give the same bytes. Made with the standard PDF typefaces, which hold the
letters of Western European languages: an accent that they lack is left out, and what is no Latin letter becomes "?".
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

# Letters that Unicode does not take apart into a plain one and its accent.
PLAIN = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T"}
)
INCH = 72
# US Letter; the address stands 2 inches below the upper edge, in the window of a No. 10 envelope folded in three.
MARGIN, HEAD_HEIGHT, ADDRESS_HEIGHT = 0.9 * INCH, 1.15 * INCH, 1.5 * INCH


@dataclass(frozen=True)
class Paper:
    """One letter, filled in. `sender` and `to` are the lines of the two addresses, the name first; `remark` stands
    above the address ("Certified mail"); the body's blank lines part its paragraphs."""

    sender: Sequence[str]
    to: Sequence[str]
    day: str
    heading: str
    body: str
    language: str = "en"
    remark: str = ""


def printable(text: str) -> str:
    """The text with every character that the typeface lacks made plain."""
    return "".join(_plain(one) for one in text)


def _plain(one: str) -> str:
    if one < " " and one != "\n":
        return " "
    try:
        one.encode("cp1252")
        return one
    except UnicodeEncodeError:
        bare = "".join(
            part
            for part in unicodedata.normalize("NFKD", one.translate(PLAIN))
            if not unicodedata.combining(part)
        )
        return bare.encode("cp1252", "replace").decode("cp1252")


def letter_pdf(papers: Iterable[Paper]) -> bytes:
    """All these letters in one PDF of US Letter pages. Refuses none: an empty list gives one empty page."""
    # Loaded when a letter is made: the web processes need it rarely.
    from reportlab.lib.pagesizes import letter
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

    papers, story = list(papers), []
    styles = _styles()
    for number, paper in enumerate(papers):
        if number:
            story.append(PageBreak())
        story += [
            _block(paper.sender, styles["small"], HEAD_HEIGHT),
            _block(paper.to, styles["text"], ADDRESS_HEIGHT, remark=paper.remark),
            Paragraph(escape(printable(paper.day)), styles["text"]),
            Spacer(0, 14),
            Paragraph(escape(printable(paper.heading)), styles["heading"]),
            *(Paragraph(_lines(part), styles["body"]) for part in paper.body.split("\n\n") if part.strip()),
        ]
    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=letter, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=0.7 * INCH, bottomMargin=0.8 * INCH,
        title="Letter" if len(papers) == 1 else "Letters", invariant=1,
        lang=papers[0].language if papers else "en",
    ).build(story or [Spacer(0, 1)])  # fmt: skip
    return out.getvalue()


def _styles() -> dict:
    from reportlab.lib.styles import ParagraphStyle

    text = ParagraphStyle("text", fontName="Helvetica", fontSize=11, leading=15)
    return {
        "text": text,
        "small": ParagraphStyle("small", parent=text, fontSize=9, leading=12),
        "heading": ParagraphStyle(
            "heading", parent=text, fontName="Helvetica-Bold", fontSize=12, spaceAfter=10
        ),
        "body": ParagraphStyle("body", parent=text, spaceAfter=10),
    }


def _block(lines: Iterable[str], style, height: float, remark: str = ""):
    """Lines in a box of a fixed height, so that what follows stands at the same place in every letter; a remark
    stands above them, bold."""
    from reportlab.platypus import Paragraph, Table

    text = "<br/>".join(escape(printable(line)) for line in lines)
    if remark:
        text = f"<b>{escape(printable(remark))}</b><br/>{text}"
    box = Table([[Paragraph(text, style)]], rowHeights=[height], hAlign="LEFT")
    box.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    return box


def _lines(part: str) -> str:
    return "<br/>".join(escape(printable(line)) for line in part.splitlines())
