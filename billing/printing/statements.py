"""Statements as PDF: the address where a window envelope shows it, each visit with what became of its price."""

import io
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from scheduling.rules.letter_paper import ADDRESS_HEIGHT, HEAD_HEIGHT, INCH, MARGIN, printable

WIDE = 8.5 * INCH - 2 * MARGIN
MONEY_WIDE = 1.1 * INCH


def statements_pdf(contents: Iterable[Mapping[str, Any]]) -> bytes:
    """All these statements (as `content_of` makes them), each on pages of its own. The same ones give the same bytes."""
    # Loaded when the first statement is printed: few processes ever print one.
    from reportlab.lib.pagesizes import letter
    from reportlab.platypus import PageBreak, SimpleDocTemplate, Spacer

    contents, styles, story = list(contents), _styles(), []
    for number, content in enumerate(contents):
        if number:
            story.append(PageBreak())
        story += _one(content, styles)
    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=letter, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=0.7 * INCH, bottomMargin=0.8 * INCH,
        title=contents[0]["title"] if contents else "Statements", invariant=1,
        lang=contents[0]["language"] if contents else "en",
    ).build(story or [Spacer(0, 1)])  # fmt: skip
    return out.getvalue()


def _styles() -> dict:
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    text = ParagraphStyle("text", fontName="Helvetica", fontSize=10, leading=14)
    return {
        "text": text,
        "small": ParagraphStyle("small", parent=text, fontSize=9, leading=12),
        "head": ParagraphStyle("head", parent=text, fontName="Helvetica-Bold", fontSize=16, leading=20),
        "strong": ParagraphStyle("strong", parent=text, fontName="Helvetica-Bold"),
        "money": ParagraphStyle("money", parent=text, alignment=TA_RIGHT),
        "sum": ParagraphStyle("sum", parent=text, fontName="Helvetica-Bold", alignment=TA_RIGHT),
    }


def _say(text: str, style):
    from reportlab.platypus import Paragraph

    return Paragraph(escape(printable(text)), style)


def _block(lines: Iterable[str], style):
    from reportlab.platypus import Paragraph

    return Paragraph("<br/>".join(escape(printable(line)) for line in lines), style)


def _one(content: Mapping[str, Any], styles: dict) -> list:
    from reportlab.platypus import Spacer

    story = [
        _head(content, styles),
        *(_say(line, styles["text"]) for line in content["lede"]),
        Spacer(0, 10),
    ]
    for visit in content["visits"]:
        story += [_visit(visit, styles), Spacer(0, 8)]
    name, amount = content["total"]
    story += [_rows([[_say(name, styles["strong"]), _say(amount, styles["sum"])]], ruled=True), Spacer(0, 12)]
    for title, words in content["notes"]:
        story += [_say(title, styles["strong"]), _say(words, styles["text"]), Spacer(0, 8)]
    return story


def _head(content: Mapping[str, Any], styles: dict):
    from reportlab.platypus import Table

    facts = Table(
        [
            [_say(name, styles["small"]), _say(value, styles["sum" if last else "money"])]
            for last, (name, value) in (
                (row == len(content["facts"]) - 1, fact) for row, fact in enumerate(content["facts"])
            )
        ],
        colWidths=[1.6 * INCH, 1.1 * INCH],
    )
    facts.setStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("BOX", (0, 0), (-1, -1), 0.5, "black")])
    head = Table(
        [
            [_block(content["sender"], styles["small"]), _say(content["title"], styles["head"])],
            [_block(content["to"], styles["text"]), facts],
        ],
        colWidths=[WIDE - 2.8 * INCH, 2.8 * INCH],
        rowHeights=[HEAD_HEIGHT, ADDRESS_HEIGHT],
    )
    head.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)])
    return head


def _visit(visit: Mapping[str, Any], styles: dict):
    """One visit; it moves to the next page whole where it fits one, so that no sum is torn from its lines."""
    from reportlab.platypus import KeepTogether

    lines = [[_say(name, styles["text"]), _say(amount, styles["money"])] for name, amount in visit["lines"]]
    name, amount = visit["yours"]
    parts = [_rows([*lines, [_say(name, styles["strong"]), _say(amount, styles["sum"])]], ruled=True)]
    if visit["lines"]:
        parts.insert(0, _say(visit["head"], styles["strong"]))
    return KeepTogether([*parts, *(_say(line, styles["small"]) for line in visit["why"])])


def _rows(rows: list, *, ruled: bool):
    from reportlab.platypus import Table

    table = Table(rows, colWidths=[WIDE - MONEY_WIDE, MONEY_WIDE], hAlign="LEFT")
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
    if ruled:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.5, "black"))
    table.setStyle(style)
    return table
