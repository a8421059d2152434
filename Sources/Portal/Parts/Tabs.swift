import HTML

/// Pages that belong together.
struct Tabs: Component {
    struct Tab {
        let title: String
        let path: SitePath
    }

    let tabs: [Tab]
    let current: String

    var body: HTML {
        element("nav", [.class("tabs"), .label(Texts.sections)]) {
            ul {
                for tab in tabs {
                    li {
                        a(.href(tab.path), tab.title == current ? .named("aria-current", "page") : nil) { tab.title }
                    }
                }
            }
        }
    }

    static func ops(_ current: String) -> Tabs {
        Tabs(
            tabs: [
                Tab(title: Texts.overview, path: SitePath("/ops")), Tab(title: Texts.jobs, path: SitePath("/ops/jobs")),
                Tab(title: Texts.vendors, path: SitePath("/ops/vendors")),
                Tab(title: Texts.categories, path: SitePath("/ops/categories")),
                Tab(title: Texts.routes, path: SitePath("/ops/routes")),
                Tab(title: Texts.relay, path: SitePath("/ops/relay")),
                Tab(title: Texts.enrichment, path: SitePath("/ops/enrichment")),
            ], current: current)
    }

    static func audit(_ current: String) -> Tabs {
        Tabs(
            tabs: [
                Tab(title: Texts.catalogue, path: SitePath("/audit")),
                Tab(title: Texts.whoDidWhat, path: SitePath("/audit/actions")),
            ], current: current)
    }
}
