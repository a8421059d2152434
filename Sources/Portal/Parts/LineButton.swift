import HTML

/// A button of a line: who cannot see the line is told what it is about.
struct LineButton: Component {
    let text: String
    let object: String

    init(_ text: String, for object: String) {
        (self.text, self.object) = (text, object)
    }

    var body: HTML {
        button {
            text
            span(.class("unseen")) { " \(object)" }
        }
    }
}
