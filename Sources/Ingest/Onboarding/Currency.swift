/// What stands beside an amount of money: the codes of ISO 4217, in any case, and the signs in use.
enum Currency {
    /// The currencies that a sign or code may stand for; nil if it is neither: a unit is not a currency.
    static func possible(_ text: String) -> Set<String>? {
        if let codes = signs[text] { return codes }
        let code = text.uppercased()
        return codes.contains(code) ? [code] : nil
    }

    private static let codes = set(
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP \
        CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR \
        ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT \
        MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
        SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND \
        VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
        """)

    /// A sign that several countries use may be any of their currencies.
    private static let signs: [String: Set<String>] = [
        "$":
            "USD AUD CAD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP CUP CVE BBD BMD BND BSD BZD FJD GYD JMD KYD LRD NAD SBD SRD TTD XCD",
        "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
        "NT$": "TWD", "MX$": "MXN", "R$": "BRL", "€": "EUR", "£": "GBP EGP FKP GIP SHP", "¥": "JPY CNY", "₹": "INR",
        "₽": "RUB", "₩": "KRW", "₺": "TRY", "₫": "VND", "₪": "ILS", "฿": "THB", "₴": "UAH", "₦": "NGN", "₱": "PHP",
        "₡": "CRC", "₲": "PYG", "₵": "GHS", "₸": "KZT", "₼": "AZN", "₾": "GEL", "kr": "SEK NOK DKK ISK",
        "kr.": "SEK NOK DKK ISK", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON MDL", "лв": "BGN",
        "Rs": "INR LKR MUR NPR PKR SCR", "Rs.": "INR LKR MUR NPR PKR SCR", "Fr.": "CHF", "SFr.": "CHF", "RM": "MYR",
        "Rp": "IDR",
    ].mapValues(set)

    private static func set(_ codes: String) -> Set<String> { Set(codes.split(separator: " ").map(String.init)) }
}
