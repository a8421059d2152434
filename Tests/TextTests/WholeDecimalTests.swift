import Foundation
import Testing

@testable import Text

struct WholeDecimalTests {
    @Test(arguments: ["5,5", "0,001", "12abc", "1 000", "", ".", "1.2.3", "0x10", "nan", "٣", "1e", "5 "])
    func aTextThatOnlyBeginsWithANumberIsNone(text: String) {
        #expect(Decimal(whole: text) == nil)
    }

    @Test(arguments: [("9.90", 9.9), ("-5", -5), ("+.5", 0.5), ("1e3", 1000), ("2.", 2)] as [(String, Decimal)])
    func aNumberIsTakenAsItStands(text: String, number: Decimal) {
        #expect(Decimal(whole: text) == number)
    }
}
