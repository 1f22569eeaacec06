"""Words that tell more than a message may tell: why somebody comes, a specialty, money. English and Spanish.

Kept as word stems, looked for without accents. A clinic whose own name holds one of them uses {clinic}, which is
not looked at. The list helps whoever edits; it does not replace reading what one writes.
"""

import re
import unicodedata

_TELLING = {
    "why they come": r"reason|motivo|diagnos\w*|symptom\w*|sintoma\w*|result\w*|lab|labs|laborator\w*|biops\w*|surger\w*"
    r"|surgical|procedure\w*|procedimiento\w*|operation|operacion\w*|vaccin\w*|immuniz\w*|inmuniz\w*|injection\w*"
    r"|inyeccion\w*|shot|shots|physical|pap|colonoscop\w*|endoscop\w*|mammogra\w*|mamogra\w*|ultrasound|ultrasonid\w*"
    r"|ecogra\w*|x-?rays?|radiogra\w*|mri|ct scan|scan|ekg|ecg|electrocardiogra\w*|therap\w*|terap\w*|counsel\w*"
    r"|consejeria|fast|fasting|ayun\w*|pregnan\w*|prenatal|embaraz\w*|hiv|vih|std|sti|ets|contracepti\w*"
    r"|anticoncepti\w*|abortion|aborto\w*|cirug\w*|vacuna\w*|wellness|well-?child|follow-?up|screening|blood|sangre"
    r"|urine|orina|cancer\w*|tumor\w*|diabet\w*|insulin\w*|chemo\w*|quimio\w*|medicines?|medication\w*|medicamento\w*"
    r"|medicin\w*|prescription\w*|receta\w*|refill\w*|pills?|pastilla\w*|pain|dolor\w*|test|tests|tested|prueba\w*"
    r"|examen|examenes|treatment\w*|tratamiento\w*|infection\w*|infeccion\w*|depress\w*|depresi\w*|anxiety|ansiedad",
    "a specialty": r"\w*olog(?:y|ist|ists|ia|o|a|os|as)|psychiatr\w*|psiquiatr\w*|psychother\w*|pediatric\w*|pediatra\w*"
    r"|obstetric\w*|ob-?gyn|fertility|fertilidad|dialysis|dialisis|addiction|adiccion\w*|detox|behavioral|mental"
    r"|orthop\w*|ortop\w*|specialist\w*|especialista\w*|hospice|rehab\w*|methadone|metadona",
    "money": r"balance|bill|bills|billing|payment\w*|pay|owe\w*|copay\w*|due|invoice\w*|insurance|saldo|pago|pagos|pagar"
    r"|factura\w*|seguro|deuda|debe|cobro\w*",
    "a date of birth": r"dob|birth\w*|nacimiento|born|nacido|nacida",
    "a last name": r"mr|mrs|ms|last name|apellido\w*|sr|sra|srta|senor\w*",
    "selling": r"sale|discount\w*|offer|offers|promo\w*|free|oferta\w*|descuento\w*|gratis|coupon\w*|cupon\w*",
}
_PATTERNS = {what: re.compile(rf"\b(?:{words})\b") for what, words in _TELLING.items()}
_ALLOWED_ANYWAY = {"apology", "ology", "apologia", "logo"}


def bare(text: str) -> str:
    """Lower case and without accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in folded if not unicodedata.combining(char))


def telling_words(text: str) -> list[tuple[str, str]]:
    """(word, what it tells) for the first word of each kind that a text holds; an empty list when it tells nothing."""
    words = bare(text)
    found = []
    for what, pattern in _PATTERNS.items():
        hits = (match.group(0) for match in pattern.finditer(words))
        first = next((hit for hit in hits if hit not in _ALLOWED_ANYWAY), None)
        if first:
            found.append((first, what))
    return found
