import Testing

@testable import Tabular

struct NumberFormatTests {
    @Test(
        "A format code says what kind of value it shows",
        arguments: [
            ("General", .plain), ("@", .plain), ("0%", .plain), ("0.00%", .plain), ("0.00E+00", .plain),
            ("# ?/?", .plain),
            ("#,##0,", .plain), ("[>100]0.0;0", .plain), ("", .plain),
            ("0", .rounded(decimals: 0)), ("0.00", .rounded(decimals: 2)), ("#,##0.00", .rounded(decimals: 2)),
            ("#,##0.00\\ \"€\"", .rounded(decimals: 2)), ("[$€-407] 0.000;[Red]-0.000", .rounded(decimals: 3)),
            ("_-* #,##0.00_-;\\-* #,##0.00_-", .rounded(decimals: 2)), ("0\" kg\"", .rounded(decimals: 0)),
            ("yyyy-mm-dd", .date(hasDay: true, hasTime: false)), ("mmm yy", .date(hasDay: true, hasTime: false)),
            ("[$-409]d/m/yy h:mm AM/PM;@", .date(hasDay: true, hasTime: true)),
            ("mm:ss", .date(hasDay: false, hasTime: true)),
            ("hh:mm:ss.000", .date(hasDay: false, hasTime: true)), ("mmmm", .date(hasDay: true, hasTime: false)),
            ("[h]:mm:ss", .duration), ("[mm]:ss", .duration), ("dd.mm.yyyy", .date(hasDay: true, hasTime: false)),
            ("yyyy\"年\"m\"月\"", .date(hasDay: true, hasTime: false)),
        ] as [(String, NumberFormat)])
    func code(code: String, format: NumberFormat) {
        #expect(NumberFormat(code: code) == format)
    }

    @Test(
        "Formats that are not spelled out have numbers",
        arguments: [
            (0, .plain), (1, .rounded(decimals: 0)), (4, .rounded(decimals: 2)), (9, .plain),
            (14, .date(hasDay: true, hasTime: false)),
            (20, .date(hasDay: false, hasTime: true)), (22, .date(hasDay: true, hasTime: true)), (46, .duration),
            (49, .plain),
        ] as [(Int, NumberFormat)])
    func builtIn(id: Int, format: NumberFormat) {
        #expect(NumberFormat(builtIn: id) == format)
    }

    @Test(
        "Days are counted from 1900 with a day that never was, or from 1904",
        arguments: [
            (1, false, "1900-01-01"), (59, false, "1900-02-28"), (60, false, "1900-02-29"), (61, false, "1900-03-01"),
            (25_569, false, "1970-01-01"), (45_647, false, "2024-12-21"), (2_958_465, false, "9999-12-31"),
            (0, true, "1904-01-01"),
            (44_185, true, "2024-12-21"), (2_958_466, false, nil), (-1, false, nil),
        ] as [(Double, Bool, String?)])
    func days(serial: Double, since1904: Bool, text: String?) {
        #expect(SerialDate.text(serial, hasDay: true, hasTime: false, since1904: since1904) == text)
    }

    @Test("Moments are to the millisecond, time may go on beyond a day")
    func moments() {
        #expect(SerialDate.text(45_647.438, hasDay: true, hasTime: true, since1904: false) == "2024-12-21T10:30:43.200")
        #expect(SerialDate.text(0.999_999_999_9, hasDay: false, hasTime: true, since1904: false) == "00:00:00")
        #expect(SerialDate.duration(1.104_166_666_7) == "26:30:00" && SerialDate.duration(-0.5) == "-12:00:00")
    }
}
