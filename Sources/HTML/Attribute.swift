/// An attribute of an element. Names stand in the source; values are escaped, and those that lead somewhere are paths.
package struct Attribute: Sendable {
    let name: StaticString
    /// Nil for one that is only there or not.
    let value: HTML?

    private init(_ name: StaticString, html: HTML?) {
        (self.name, value) = (name, html)
    }

    /// Any attribute that takes a text. What leads somewhere or runs has its own function, or none.
    package static func named(_ name: StaticString, _ value: String) -> Attribute {
        assert(!["href", "src", "action", "style"].contains("\(name)") && !"\(name)".hasPrefix("on"))
        return Attribute(name, html: HTML(text: value))
    }

    /// An attribute that takes a number.
    package static func named(_ name: StaticString, _ value: Int) -> Attribute { named(name, "\(value)") }

    /// An attribute that leads to a path of this service, such as `hx-get`.
    package static func named(_ name: StaticString, _ path: SitePath) -> Attribute {
        Attribute(name, html: path.attributeValue)
    }

    /// An attribute without a value.
    package static func flag(_ name: StaticString) -> Attribute { Attribute(name, html: nil) }

    package static func `class`(_ names: String) -> Attribute { named("class", names) }
    package static func id(_ id: String) -> Attribute { named("id", id) }
    package static func href(_ path: SitePath) -> Attribute { Attribute("href", html: path.attributeValue) }
    /// A place on the same page.
    package static func href(fragment: StaticString) -> Attribute {
        Attribute("href", html: HTML(text: "#\(fragment)"))
    }
    package static func src(_ path: SitePath) -> Attribute { Attribute("src", html: path.attributeValue) }
    package static func action(_ path: SitePath) -> Attribute { Attribute("action", html: path.attributeValue) }
    package static func name(_ name: String) -> Attribute { named("name", name) }
    package static func value(_ value: String) -> Attribute { named("value", value) }
    package static func type(_ type: StaticString) -> Attribute { named("type", "\(type)") }
    package static func label(_ text: String) -> Attribute { named("aria-label", text) }
    package static func title(_ text: String) -> Attribute { named("title", text) }
    package static let required = flag("required")
}
