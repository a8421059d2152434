import Catalog
import Foundation
import HTTPTypes
import Hummingbird

/// The OpenAPI 3.1 document of the endpoints, made from the same words that check requests and write answers.
struct OpenAPIDocument {
    private let endpoints: [Endpoint]

    init(_ endpoints: [Endpoint]) {
        self.endpoints = endpoints
    }

    /// The document as JSON.
    var json: Data {
        // Dictionaries of strings, numbers and booleans always encode.
        try! JSONSerialization.data(withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])
    }

    private var document: [String: Any] {
        let paths = Dictionary(grouping: endpoints, by: \.path).mapValues { siblings in
            Dictionary(uniqueKeysWithValues: siblings.map { ($0.method.rawValue.lowercased(), operation($0)) })
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Catalog", "version": "1",
                "description":
                    "Vendors upload product files, follow their progress and fetch their reports; operators manage vendors, categories and jobs. HEAD is answered wherever GET is: with its headers and no content, and without the length of what is made only when it is fetched.",
            ],
            "paths": paths,
            "components": [
                "schemas": schemas,
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer", "description": "cat_<id>_<secret>, or a JWT of the issuer.",
                    ]
                ],
            ],
        ]
    }

    // MARK: Operations

    private func operation(_ endpoint: Endpoint) -> [String: Any] {
        var operation: [String: Any] = [
            "summary": endpoint.summary, "operationId": operationID(endpoint), "responses": responses(endpoint),
        ]
        var parameters =
            endpoint.pathInputs.map { parameter($0, in: "path") } + endpoint.query.map { parameter($0, in: "query") }
        if endpoint.method == .post, case .roles = endpoint.access { parameters.append(Self.idempotencyKey) }
        if !parameters.isEmpty { operation["parameters"] = parameters }
        if case .roles(let roles) = endpoint.access {
            operation["security"] = [["bearer": [String]()]]
            operation["description"] = "Roles: \(roles.map(\.rawValue).joined(separator: ", "))."
        }
        if let body = requestBody(endpoint.body) { operation["requestBody"] = body }
        return operation
    }

    /// Such as `getUploadsUploadIdErrors`.
    private func operationID(_ endpoint: Endpoint) -> String {
        let words = endpoint.path.split { !$0.isLetter && !$0.isNumber }
        return endpoint.method.rawValue.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static var idempotencyKey: [String: Any] {
        [
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The answer to a request of the same key is repeated for 24 hours.",
            "schema": ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"],
        ]
    }

    private func parameter(_ input: Input, in place: String) -> [String: Any] {
        if input.isFamily { return family(input) }
        var schema = input.schema
        if place == "path", schema["type"] as? String == "string" { schema["minLength"] = 1 }
        return [
            "name": input.name, "in": place, "required": place == "path" || input.isRequired,
            "description": input.summary,
            "schema": schema,
        ]
    }

    /// An exploded object of the style `form` is a parameter for each of its members, named as they are.
    private func family(_ input: Input) -> [String: Any] {
        let names = "^" + input.name.replacing(".", with: "\\.") + #"[^\x00-\x1f\x7f-\x9f]+$"#
        return [
            "name": String(input.name.dropLast()), "in": "query", "required": false, "description": input.summary,
            "style": "form",
            "explode": true,
            "schema": [
                "type": "object", "propertyNames": ["pattern": names], "additionalProperties": input.schema,
            ] as [String: Any],
        ]
    }

    private func requestBody(_ body: Endpoint.Body) -> [String: Any]? {
        switch body {
        case .none: return nil
        case .json(let inputs):
            return ["required": true, "content": ["application/json": ["schema": members(inputs)]]]
        case .stream(let types, let inputs):
            var content = Dictionary(uniqueKeysWithValues: types.map { ($0, media($0, inputs)) })
            if !inputs.isEmpty { content["application/json"] = ["schema": members(inputs)] }
            return ["required": true, "content": content]
        }
    }

    private func media(_ type: String, _ inputs: [Input]) -> [String: Any] {
        guard type == "multipart/form-data" else { return [:] }
        var properties = Dictionary(
            uniqueKeysWithValues: inputs.map { ($0.name, $0.schema.merging(["description": $0.summary]) { $1 } as Any) }
        )
        properties["file"] = [
            "type": "string", "contentMediaType": "text/csv", "description": "The file, with its name.",
        ]
        return ["schema": ["type": "object", "properties": properties, "required": ["file"]]]
    }

    private func members(_ inputs: [Input]) -> [String: Any] {
        var schema: [String: Any] = [
            "type": "object", "additionalProperties": false,
            "properties": Dictionary(
                uniqueKeysWithValues: inputs.map {
                    ($0.name, $0.memberSchema.merging(["description": $0.summary]) { $1 })
                }),
        ]
        let required = inputs.filter(\.isRequired).map(\.name)
        if !required.isEmpty { schema["required"] = required }
        return schema
    }

    // MARK: Answers

    private func responses(_ endpoint: Endpoint) -> [String: Any] {
        var responses: [String: Any] = [
            "default": [
                "description": "A problem (RFC 9457).",
                "content": ["application/problem+json": ["schema": Self.reference("Problem")]],
            ]
        ]
        for (status, answers) in Dictionary(grouping: endpoint.answers, by: { "\($0.status.code)" }) {
            var response: [String: Any] = ["description": answers.map(\.summary).joined(separator: " ")]
            let content = Dictionary(answers.compactMap { self.content($0.content) }) { $1 }
            if !content.isEmpty { response["content"] = content }
            responses[status] = response
        }
        return responses
    }

    private func content(_ content: Endpoint.Answer.Content) -> (String, [String: Any])? {
        switch content {
        case .empty: nil
        case .object(let shape): ("application/json", ["schema": Self.reference(shape.name)])
        case .page(let shape): ("application/json", ["schema": Self.reference("\(shape.name)Page")])
        case .list(let shape): ("application/json", ["schema": Self.reference("\(shape.name)List")])
        case .text(let type): (type, ["schema": [:] as [String: Any]])
        }
    }

    private static func reference(_ name: String) -> [String: Any] { ["$ref": "#/components/schemas/\(name)"] }

    private var schemas: [String: Any] {
        var schemas: [String: Any] = ["Problem": Self.problem]
        for content in endpoints.flatMap(\.answers).map(\.content) {
            switch content {
            case .object(let shape): schemas[shape.name] = shape.schema
            case .page(let shape):
                schemas[shape.name] = shape.schema
                schemas["\(shape.name)Page"] = Self.items(shape, ["nextCursor": ["type": ["string", "null"]]])
            case .list(let shape):
                schemas[shape.name] = shape.schema
                schemas["\(shape.name)List"] = Self.items(shape, [:])
            case .empty, .text: break
            }
        }
        return schemas
    }

    private static func items(_ shape: Shape, _ others: [String: Any]) -> [String: Any] {
        let items: [String: Any] = ["type": "array", "items": reference(shape.name)]
        let properties = others.merging(["items": items]) { $1 }
        return ["type": "object", "properties": properties, "required": properties.keys.sorted()]
    }

    private static var problem: [String: Any] {
        [
            "type": "object", "required": ["type", "title", "status", "detail"],
            "properties": [
                "type": ["type": "string", "enum": Problem.Kind.allCases.map { "urn:catalog:problem:\($0.rawValue)" }],
                "title": ["type": "string"], "status": ["type": "integer"], "detail": ["type": "string"],
            ],
        ]
    }
}

extension Shape {
    fileprivate var schema: [String: Any] {
        [
            "type": "object", "required": fields.map(\.name),
            "properties": Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.schema) }),
        ]
    }
}

extension Shape.Field {
    fileprivate var schema: [String: Any] {
        var schema: [String: Any]
        switch kind {
        case .text: schema = ["type": "string"]
        case .integer: schema = ["type": "integer"]
        case .decimal: schema = ["type": "number"]
        case .boolean: schema = ["type": "boolean"]
        case .timestamp: schema = ["type": "string", "format": "date-time"]
        case .choice(let choices): schema = ["type": "string", "enum": choices]
        case .json(let text):
            // Written in the source, next to the field.
            schema = try! JSONSerialization.jsonObject(with: Data(text.utf8)) as! [String: Any]
        }
        if isNullable, let type = schema["type"] as? String { schema["type"] = [type, "null"] }
        schema["description"] = summary
        return schema
    }
}

extension Input {
    /// In a JSON body null is as good as nothing.
    fileprivate var memberSchema: [String: Any] {
        var schema = schema
        guard !isRequired, let type = schema["type"] as? String else { return schema }
        schema["type"] = [type, "null"]
        if let choices = schema["enum"] as? [String] { schema["enum"] = choices + [NSNull()] as [Any] }
        return schema
    }

    fileprivate var schema: [String: Any] {
        switch kind {
        case .text(let limit): ["type": "string", "maxLength": limit, "pattern": #"^[^\x00-\x1f\x7f-\x9f]*$"#]
        case .integer(let range): ["type": "integer", "minimum": range.lowerBound, "maximum": range.upperBound]
        case .boolean: ["type": "boolean"]
        case .choice(let choices): ["type": "string", "enum": choices]
        case .timestamp: ["type": "string", "format": "date-time"]
        case .cursor: ["type": "string"]
        case .sha256: ["type": "string", "pattern": "^[0-9a-fA-F]{64}$"]
        }
    }
}
