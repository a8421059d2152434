import Testing

@testable import Portal

struct FilePreviewTests {
    @Test("A mapping is named after its file, in letters that a name may have, and not as another one")
    func names() {
        #expect(FilePreview.name(of: "lager.csv", besides: []) == "lager")
        #expect(FilePreview.name(of: "lager.2026.csv.gz", besides: ["lager", "lager-2"]) == "lager-3")
        #expect(FilePreview.name(of: "März 2026_a.csv", besides: []) == "M-rz-2026_a")
        #expect(FilePreview.name(of: "-<b>.csv", besides: []) == "b-")
        #expect(FilePreview.name(of: "价格表.xlsx", besides: ["columns"]) == "columns-2")
        #expect(FilePreview.name(of: String(repeating: "x", count: 300), besides: []).count == 50)
    }
}
