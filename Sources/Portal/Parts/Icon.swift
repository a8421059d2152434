import HTML

/// Small pictures, drawn by the page itself.
struct Icon: Component {
    enum Shape { case mark, upload }

    let shape: Shape

    var body: HTML {
        switch shape {
        case .mark:
            .raw(
                """
                <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M2 3h12v3H2zM2 7.5h8v2.5H2zM2 11.5h12V13H2z"/></svg>
                """)
        case .upload:
            .raw(
                """
                <svg class="icon large" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3l5 5-1.4 1.4L13 6.8V16h-2V6.8L8.4 9.4 7 8zM4 18h16v2H4z"/></svg>
                """)
        }
    }
}
