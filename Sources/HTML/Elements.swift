/// An element with what stands between its tags. An attribute that is nil is left away.
package func element(
    _ name: StaticString, _ attributes: [Attribute?], @HTMLBuilder _ content: () -> HTML
) -> HTML {
    var html = startTag(name, attributes)
    html.append(content())
    html.append("</")
    html.append(name)
    html.append(">")
    return html
}

/// An element that has nothing between tags; those of SVG may be written the same way in HTML, with a slash.
package func void(_ name: StaticString, _ attributes: [Attribute?]) -> HTML {
    startTag(name, attributes, isSelfClosing: true)
}

private func startTag(_ name: StaticString, _ attributes: [Attribute?], isSelfClosing: Bool = false) -> HTML {
    var html = HTML.nothing
    html.append("<")
    html.append(name)
    for attribute in attributes {
        guard let attribute else { continue }
        html.append(" ")
        html.append(attribute.name)
        guard let value = attribute.value else { continue }
        html.append("=\"")
        html.append(value)
        html.append("\"")
    }
    html.append(isSelfClosing ? " />" : ">")
    return html
}

// The elements by their names, but for those of functions of C: they are written element("time", …).

package func html(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("html", attributes, content)
}
package func head(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("head", attributes, content)
}
package func body(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("body", attributes, content)
}
package func title(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("title", attributes, content)
}
package func header(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("header", attributes, content)
}
package func nav(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("nav", attributes, content)
}
package func main(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("main", attributes, content)
}
package func footer(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("footer", attributes, content)
}
package func section(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("section", attributes, content)
}
package func article(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("article", attributes, content)
}
package func aside(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("aside", attributes, content)
}
package func h1(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("h1", attributes, content)
}
package func h2(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("h2", attributes, content)
}
package func h3(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("h3", attributes, content)
}
package func p(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("p", attributes, content)
}
package func div(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("div", attributes, content)
}
package func span(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("span", attributes, content)
}
package func a(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("a", attributes, content)
}
package func ul(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("ul", attributes, content)
}
package func ol(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("ol", attributes, content)
}
package func li(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("li", attributes, content)
}
package func dl(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("dl", attributes, content)
}
package func dt(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("dt", attributes, content)
}
package func dd(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("dd", attributes, content)
}
package func table(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("table", attributes, content)
}
package func caption(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("caption", attributes, content)
}
package func thead(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("thead", attributes, content)
}
package func tbody(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("tbody", attributes, content)
}
package func tr(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("tr", attributes, content)
}
package func th(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("th", attributes, content)
}
package func td(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("td", attributes, content)
}
package func form(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("form", attributes, content)
}
package func label(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("label", attributes, content)
}
package func textarea(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("textarea", attributes, content)
}
package func button(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("button", attributes, content)
}
package func fieldset(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("fieldset", attributes, content)
}
package func legend(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("legend", attributes, content)
}
package func strong(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("strong", attributes, content)
}
package func em(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("em", attributes, content)
}
package func small(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("small", attributes, content)
}
package func code(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("code", attributes, content)
}
package func pre(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("pre", attributes, content)
}
package func bdi(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("bdi", attributes, content)
}
package func details(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("details", attributes, content)
}
package func summary(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("summary", attributes, content)
}
package func option(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("option", attributes, content)
}
package func svg(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("svg", attributes, content)
}
package func g(_ attributes: Attribute?..., @HTMLBuilder content: () -> HTML = { .nothing }) -> HTML {
    element("g", attributes, content)
}
package func meta(_ attributes: Attribute?...) -> HTML { void("meta", attributes) }
package func br(_ attributes: Attribute?...) -> HTML { void("br", attributes) }
package func input(_ attributes: Attribute?...) -> HTML { void("input", attributes) }
package func rect(_ attributes: Attribute?...) -> HTML { void("rect", attributes) }
package func line(_ attributes: Attribute?...) -> HTML { void("line", attributes) }
package func polyline(_ attributes: Attribute?...) -> HTML { void("polyline", attributes) }
