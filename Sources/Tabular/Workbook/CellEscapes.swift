/// `_x000D_` in the texts of workbooks stands for a character that XML cannot hold: ECMA-376, part 1, 22.9.2.19, ST_Xstring.
enum CellEscapes {
    /// Replaces the escapes behind a place.
    static func decode(_ bytes: inout [UInt8], from start: Int) {
        guard var place = next(bytes, start) else { return }
        var result = Array(bytes[..<place])
        while place < bytes.count {
            if let unit = unit(bytes, place), let scalar = Unicode.Scalar(unit), unit != 0 {
                result.append(contentsOf: UTF8.encode(scalar)!)  // every scalar has one
                place += 7
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        bytes = result
    }

    /// Where the first escape begins.
    private static func next(_ bytes: [UInt8], _ start: Int) -> Int? {
        var place = start
        while place + 7 <= bytes.count {
            if bytes[place] == UInt8(ascii: "_"), unit(bytes, place) != nil { return place }
            place += 1
        }
        return nil
    }

    private static func unit(_ bytes: [UInt8], _ place: Int) -> UInt32? {
        guard place + 7 <= bytes.count, bytes[place] == UInt8(ascii: "_"), bytes[place + 1] == UInt8(ascii: "x"),
            bytes[place + 6] == UInt8(ascii: "_")
        else { return nil }
        return UInt32(hexadecimal: bytes[(place + 2)..<(place + 6)])
    }
}

extension UInt32 {
    fileprivate init?(hexadecimal digits: ArraySlice<UInt8>) {
        var value: UInt32 = 0
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        self = value
    }
}
