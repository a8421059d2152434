import HTML

/// A form that does something. Sent twice, it does it once.
struct PostForm: Component {
    let path: SitePath
    var classes = ""
    let content: HTML

    init(to path: SitePath, class classes: String = "", @HTMLBuilder _ content: () -> HTML) {
        self.path = path
        self.classes = classes
        self.content = content()
    }

    /// A new one each time that a form is shown.
    static func key() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
    }

    var body: HTML {
        form(.named("method", "post"), .action(path.with("key", Self.key())), .class(classes)) { content }
    }
}
