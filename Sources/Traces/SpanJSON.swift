import Text
import Tracing

/// Spans in the words of `opentelemetry/proto/collector/trace/v1`, as JSON: ids in hexadecimal, 64-bit numbers as texts.
enum SpanJSON {
    /// An `ExportTraceServiceRequest`.
    static func request(_ spans: [ExportedSpan.Record], resource: [(name: String, value: String)]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.array("resourceSpans") { json in
                json.object { json in
                    json.object("resource") { json in
                        json.array("attributes") { json in
                            for (name, value) in resource { json.attribute(name, .string(value)) }
                        }
                    }
                    json.array("scopeSpans") { json in
                        json.object { json in
                            json.object("scope") { $0.string("name", "catalog") }
                            json.array("spans") { json in for span in spans { json.span(span) } }
                        }
                    }
                }
            }
        }
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func span(_ span: ExportedSpan.Record) {
        object { json in
            json.string("traceId", span.identity.traceID)
            json.string("spanId", span.identity.spanID)
            if let parentID = span.parentID { json.string("parentSpanId", parentID) }
            json.string("name", span.name)
            json.number("kind", span.kind.number)
            json.string("startTimeUnixNano", "\(span.begin)")
            json.string("endTimeUnixNano", "\(span.end ?? span.begin)")
            json.attributes(span.attributes)
            if !span.events.isEmpty {
                json.array("events") { json in for event in span.events { json.event(event) } }
            }
            if !span.links.isEmpty {
                json.array("links") { json in for link in span.links { json.link(link) } }
            }
            if let status = span.status {
                json.object("status") { json in
                    json.number("code", status.code == .error ? 2 : 1)
                    if let message = status.message { json.string("message", message) }
                }
            }
        }
    }

    private mutating func event(_ event: SpanEvent) {
        object { json in
            json.string("timeUnixNano", "\(event.nanosecondsSinceEpoch)")
            json.string("name", event.name)
            json.attributes(event.attributes)
        }
    }

    private mutating func link(_ link: TraceIdentity) {
        object { json in
            json.string("traceId", link.traceID)
            json.string("spanId", link.spanID)
        }
    }

    private mutating func attributes(_ attributes: SpanAttributes) {
        array("attributes") { json in attributes.forEach { json.attribute($0, $1) } }
    }

    fileprivate mutating func attribute(_ name: String, _ value: SpanAttribute) {
        object { json in
            json.string("key", name)
            json.object("value") { json in
                switch value {
                case .int32(let number): json.string("intValue", "\(number)")
                case .int64(let number): json.string("intValue", "\(number)")
                case .double(let number) where number.isFinite:
                    json.key("doubleValue")
                    json.raw("\(number)")
                case .bool(let flag): json.boolean("boolValue", flag)
                case .string(let text): json.string("stringValue", text)
                case .stringConvertible(let something): json.string("stringValue", "\(something)")
                default: json.string("stringValue", "\(value)")
                }
            }
        }
    }
}

extension SpanKind {
    /// `Span.SpanKind` of the protocol.
    fileprivate var number: Int {
        switch self {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
