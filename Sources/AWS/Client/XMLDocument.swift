/// The XML that AWS answers with, read into a tree: elements and text. Attributes, comments and namespaces are dropped;
/// document types, which AWS never sends, are refused.
struct XMLDocument {
    /// An element without children has text, one with children has none that matters.
    struct Element {
        var name: String
        var text = ""
        var children: [Element] = []

        /// The first child of a name.
        subscript(name: String) -> Element? { children.first { $0.name == name } }

        /// The text of the first child of a name.
        func text(_ name: String) -> String? { self[name]?.text }

        /// The first element of a name in the tree, this one included.
        func first(_ name: String) -> Element? {
            if self.name == name { return self }
            for child in children {
                if let found = child.first(name) { return found }
            }
            return nil
        }
    }

    let root: Element

    /// Deeper nesting than any answer of AWS has.
    private static let maximumDepth = 32

    /// - Returns: nil if the bytes are not well-formed XML of the kind above.
    init?(_ bytes: [UInt8]) {
        var scanner = XMLScanner(bytes)
        var open = [Element(name: "")]
        while let token = scanner.next() {
            switch token {
            case .text(let text): open[open.count - 1].text += text
            case .start(let name): open.append(Element(name: name))
            case .empty(let name): open[open.count - 1].children.append(Element(name: name))
            case .end(let name):
                guard let element = open.popLast(), element.name == name, !open.isEmpty else { return nil }
                open[open.count - 1].children.append(element)
            }
            if open.count > Self.maximumDepth { return nil }
        }
        guard scanner.isAtEnd, open.count == 1, open[0].children.count == 1 else { return nil }
        root = open[0].children[0]
    }
}
