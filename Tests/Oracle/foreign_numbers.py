"""Numbers as other systems write them: decimal marks, grouping, currencies. Written from the sentences of examples/README.md."""
import re
from decimal import ROUND_HALF_UP, Context, Decimal

BLANK = " \t\r\n\v\f\u00a0\u2009\u202f"
GROUPING = " \u00a0\u2009\u202f'’"
CODES = set("""
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP
CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY
KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND
TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG""".split())
DOLLARS = """USD AUD CAD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP CUP CVE BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD"""
SIGNS = {
    "$": DOLLARS, "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "NT$": "TWD", "MX$": "MXN", "R$": "BRL", "€": "EUR", "£": "GBP EGP FKP GIP SHP", "¥": "JPY CNY", "₹": "INR", "₽": "RUB",
    "₩": "KRW", "₺": "TRY", "₫": "VND", "₪": "ILS", "฿": "THB", "₴": "UAH", "₦": "NGN", "₱": "PHP", "₡": "CRC", "₲": "PYG",
    "₵": "GHS", "₸": "KZT", "₼": "AZN", "₾": "GEL", "kr": "SEK NOK DKK ISK", "kr.": "SEK NOK DKK ISK", "zł": "PLN", "Kč": "CZK",
    "Ft": "HUF", "lei": "RON MDL", "лв": "BGN", "Rs": "INR LKR MUR NPR PKR SCR", "Rs.": "INR LKR MUR NPR PKR SCR", "Fr.": "CHF",
    "SFr.": "CHF", "RM": "MYR", "Rp": "IDR",
}
CURRENCIES = {sign: set(codes.split()) for sign, codes in SIGNS.items()} | {code: {code} for code in CODES}
EXACT = Context(prec=200)


class TwoReadings(Exception):
    """The file does not say with one voice how its numbers are to be read."""


def split(value):
    """(minus, digits with their marks, possible currencies or None), or None if it is nothing of the kind."""
    text, minus = value.strip(BLANK), ""
    if text[:1] in ("+", "-"):
        minus, text = text[0].replace("+", ""), text[1:].strip(BLANK)
        signed = True
    else:
        signed = False
    found = re.fullmatch(r"([^0-9]*)([0-9](?:.*[0-9])?)([^0-9]*)", text, re.DOTALL)
    if not found:
        return None
    before, digits, after = found[1].strip(BLANK), found[2], found[3].strip(BLANK)
    if not signed and before[-1:] in ("+", "-") and before:
        minus, before = before[-1].replace("+", ""), before[:-1].strip(BLANK)
    possible = None
    for name in (before, after):
        if name:
            codes = CURRENCIES.get(name) or CURRENCIES.get(name.upper() if name.upper() in CODES else "")
            if not codes:
                return None
            possible = codes if possible is None else possible & codes
    return None if possible is not None and not possible else (minus, digits, possible)


def plain(digits, mark):
    """`1.234,50` as `1234.50` where the mark is a comma; None if it cannot be read like that."""
    whole, *fraction = digits.split(mark)
    if len(fraction) > 1 or any(not re.fullmatch("[0-9]+", part) for part in fraction):
        return None
    other = "," if mark == "." else "."
    for group in ["", other, *GROUPING]:
        pattern = rf"[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+" if group else "[0-9]+"
        if re.fullmatch(pattern, whole):
            return whole.replace(group, "") + "".join("." + part for part in fraction)
    return None


def number(value, mark):
    """What is no number after all stays as it was, so that an error shows what was written."""
    parts = split(value)
    text = parts and plain(parts[1], mark)
    return parts[0] + text if text else value


class Style:
    """What a file's own numbers say: the currency, and the decimal marks where they are to be found, one for all prices and
    one for each other column."""

    def __init__(self):
        self.marks, self.ambiguous, self.currencies = {}, set(), None

    @staticmethod
    def group(column):
        return "price" if column == "compare_at_price" else column

    def see(self, column, value, is_open):
        parts = split(value)
        if not parts or not any(plain(parts[1], mark) for mark in ".,"):
            return
        if parts[2] is not None:
            self.currencies = parts[2] if self.currencies is None else self.currencies & parts[2]
            if not self.currencies:
                raise TwoReadings("two currencies")
        if is_open:
            point, comma, group = plain(parts[1], "."), plain(parts[1], ","), self.group(column)
            if point == comma:
                return
            if point and comma:
                self.ambiguous.add(group)
            elif self.marks.setdefault(group, "." if point else ",") != ("." if point else ","):
                raise TwoReadings("two decimal marks")

    def finish(self):
        if self.ambiguous - set(self.marks):
            raise TwoReadings("no number shows which mark is the decimal mark")

    def mark(self, column):
        return self.marks.get(self.group(column), ".")


def computed(value, factor=None, places=None):
    """Multiplied, then rounded half up; a value that is no number stays as it was."""
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", value) or len(value) > 20:
        return value
    result = Decimal(value)
    if factor is not None:
        result = EXACT.multiply(result, Decimal(str(factor)))
    if places is not None:
        result = result.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    text = format(result, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
