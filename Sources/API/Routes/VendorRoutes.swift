import Catalog
import Hummingbird
import Postgres

extension Shape {
    static let vendor = Shape(
        name: "Vendor",
        fields: [
            .init("vendorId", .text, "Part of object keys."), .init("vendorName", .text, "Name for people."),
            .init("email", .text, "Where results are mailed."),
            .init("status", .choice(["active", "suspended"]), "A suspended vendor's uploads are refused."),
            .init(
                "mapping", .text, "Of files that have neither our columns nor a header that was mapped before.",
                nullable: true),
            .init(
                "keepsAttributes", .boolean,
                "Whether columns of its files that are not ours are kept, where no mapping says otherwise."),
            .init("createdAt", .timestamp, "When it was registered."),
        ])
}

/// `/vendors`: who may upload.
struct VendorRoutes: Sendable {
    let database: APIDatabase

    static let vendorID = Input("vendorId", .text(atMost: 50), "The vendor.")
    private static let name = Input("vendorName", .text(atMost: 200), "Name for people.")
    private static let email = Input("email", .text(atMost: 320), "Where results are mailed.")
    private static let mapping = Input(
        "mapping", .text(atMost: 100), "Default mapping of its files, by name; an empty text takes it away.")
    private static let keepsAttributes = Input(
        "keepsAttributes", .boolean,
        "true keeps columns of its files that are not ours, where no mapping says otherwise.")
    private static let status = Input(
        "status", .choice(["active", "suspended"]), "suspended: its uploads are refused.")

    var endpoints: [Endpoint] { [list, add, show, change] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/vendors", summary: "Vendors by id; a vendor sees itself.",
            query: [.cursor(1), .limit],
            answers: [.init(.ok, .page(.vendor), "A page of vendors.")]
        ) { call in
            let limit = call.limit
            return .json(
                try await database.read(as: call.identity, VendorReads.page(call.values, limit: limit + 1)) {
                    Call.page($0[0], .vendor, limit: limit, key: 1)
                })
        }
    }

    private var add: Endpoint {
        let inputs = [
            Input(
                "vendorId", .text(atMost: 50), "A letter or digit, then letters, digits, '_', '-' and '.'.",
                required: true),
            Input("vendorName", .text(atMost: 200), "Name for people.", required: true),
            Input("email", .text(atMost: 320), "Where results are mailed.", required: true),
        ]
        return Endpoint(
            method: .post, path: "/vendors", summary: "Register a vendor.", access: .operators, body: .json(inputs),
            answers: [.init(.created, .object(.vendor), "The vendor.")]
        ) { call in
            let values = try await call.json(inputs)
            let vendor = Vendor(
                vendorID: values.text("vendorId") ?? "", vendorName: values.text("vendorName") ?? "",
                email: values.text("email") ?? "")
            return try await database.answer(for: call) { session in
                try VendorRoutes.explaining { try session.addVendor(vendor) }
                let added = Call.object(try session.query(VendorReads.select(vendor.vendorID)), .vendor)
                guard let added else { throw Problem.noSuch("vendor", vendor.vendorID) }
                return .json(added, .created, [.location: "/vendors/\(vendor.vendorID)"])
            }
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/vendors/{vendorId}", summary: "A vendor.", pathInputs: [Self.vendorID],
            answers: [.init(.ok, .object(.vendor), "The vendor.")]
        ) { call in
            let id = call.path("vendorId")
            let found = try await database.read(as: call.identity, VendorReads.select(id)) {
                Call.object($0[0], .vendor)
            }
            guard let found else { throw Problem.noSuch("vendor", id) }
            return .json(found)
        }
    }

    private var change: Endpoint {
        let inputs = [Self.name, Self.email, Self.status, Self.mapping, Self.keepsAttributes]
        return Endpoint(
            method: .patch, path: "/vendors/{vendorId}",
            summary: "Change name, address, default mapping or what is kept of files, suspend or re-activate.",
            access: .operators, pathInputs: [Self.vendorID], body: .json(inputs),
            answers: [.init(.ok, .object(.vendor), "The vendor.")]
        ) { call in
            let (id, values) = (call.path("vendorId"), try await call.json(inputs))
            let changed = try await database.write(for: call) { session in
                try VendorRoutes.explaining {
                    _ = try session.changeVendor(
                        id, name: values.text("vendorName"), email: values.text("email"),
                        status: values.text("status").flatMap(Vendor.Status.init))
                }
                if let keeps = values.boolean("keepsAttributes") { _ = try session.setKeepsAttributes(id, keeps) }
                if let name = values.text("mapping"), try session.vendor(id) != nil,
                    try !session.setDefaultMapping(id, name.isEmpty ? nil : name)
                {
                    throw Problem(.invalidBody, "member 'mapping': the vendor has no mapping '\(name)'")
                }
                return Call.object(try session.query(VendorReads.select(id)), .vendor)
            }
            guard let changed else { throw Problem.noSuch("vendor", id) }
            return .json(changed)
        }
    }

    /// Says what the database refused in words for the caller.
    private static func explaining<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as PostgresError {
            switch error.constraint {
            case "vendors_pkey": throw Problem(.conflict, "a vendor with this id exists already: choose another id")
            case "vendors_vendor_id_is_safe_in_object_keys":
                throw Problem(
                    .invalidBody,
                    "member 'vendorId': begin with a letter or digit, then use letters, digits, '_', '-' and '.'")
            case "vendors_email_is_an_address":
                throw Problem(.invalidBody, "member 'email': expected name@host")
            case "vendors_vendor_name_is_given": throw Problem(.invalidBody, "member 'vendorName' is empty")
            default: throw error
            }
        }
    }
}
