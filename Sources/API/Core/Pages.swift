import HTTPTypes
import Hummingbird
import Ingest
import NIOCore
import Postgres
import Text

extension Call {
    /// A page of rows: asked for one more than are shown, so that it is known whether there is another page.
    /// - Parameter key: how many columns after the shape's make the cursor.
    static func page(_ rows: Rows, _ shape: Shape, limit: Int, key: Int) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.array("items") { json in
                for row in rows.prefix(limit) { json.row(row, shape) }
            }
            let next = rows.count > limit ? cursor(rows[limit - 1], behind: shape.fields.count, key) : nil
            json.string("nextCursor", next?.text)
        }
        return json.buffer
    }

    /// All rows there are.
    static func list(_ rows: Rows, _ shape: Shape) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.array("items") { json in for row in rows { json.row(row, shape) } }
        }
        return json.buffer
    }

    /// The first row; nil if there is none.
    static func object(_ rows: Rows, _ shape: Shape) -> ByteBuffer? {
        rows.first.map { row in
            var json = JSONWriter()
            json.row(row, shape)
            return json.buffer
        }
    }

    private static func cursor(_ row: Row, behind shape: Int, _ count: Int) -> Cursor {
        Cursor((shape..<shape + count).map { row[$0] ?? "" })
    }
}

extension Response {
    static func json(_ buffer: ByteBuffer, _ status: HTTPResponse.Status = .ok, _ headers: HTTPFields = [:]) -> Response
    {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: buffer))
    }
}
