"""The paper claim form: the data alone on a plain page, at the places of the pre-printed form (02/12)."""

import io
from collections.abc import Sequence

from billing.rules.cms1500 import FormPage

FONT, SIZE = "Courier", 10
# Ten characters and six rows to the inch, in points; the first row's text stands on its base line.
COLUMN, ROW = 7.2, 12.0
LEFT, TOP = 22.0, 28.0


def form_pdf(pages: Sequence[FormPage]) -> bytes:
    """One sheet of US letter for each page, to be printed at 100 % onto the red form. Built anew, it is the same bytes."""
    # Loaded when the first form is printed: few processes ever print one.
    from reportlab.lib.pagesizes import LETTER
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=LETTER, invariant=1, pageCompression=0)
    canvas.setTitle("Claim form")
    height = LETTER[1]
    for page in pages:
        canvas.setFont(FONT, SIZE)
        for row, column, text in page.cells:
            canvas.drawString(LEFT + (column - 1) * COLUMN, height - TOP - (row - 1) * ROW, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
