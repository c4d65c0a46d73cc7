// Forms as browsers send them, and as they do not.

import HTTP
import Testing

@Suite("Form data")
struct FormDataTests {
    @Test("Fields keep their order and their repetitions")
    func ordered() throws {
        let form = try FormData(urlEncoded: "events=a&name=Jos%C3%A9+L.&events=b&empty=&bare&&x=1=2".utf8)
        #expect(form["name"] == "José L.")
        #expect(form.all("events") == ["a", "b"])
        #expect(form["empty"] == "" && form["bare"] == "" && form["x"] == "1=2")
        #expect(form["absent"] == nil)
        #expect(form.fields.map(\.name) == ["events", "name", "events", "empty", "bare", "x"])
    }

    @Test("What is encoded reads back the same")
    func roundTrip() throws {
        let form = FormData([("q", "a&b=c d+é"), ("q", ""), ("page", "2")])
        #expect(try FormData(urlEncoded: form.encoded().utf8) == form)
    }

    @Test("Setting a value takes the place of all earlier ones")
    func setting() {
        var form = FormData([("page", "1"), ("q", "x"), ("page", "2")])
        form.set("page", "3")
        #expect(form == FormData([("page", "3"), ("q", "x")]))
        form.set("page", nil)
        form.set("sort", "up")
        #expect(form == FormData([("q", "x"), ("sort", "up")]))
    }

    @Test("Each limit and each broken text has its error")
    func refused() {
        #expect(throws: FormError.tooManyFields(limit: 2)) { try FormData(urlEncoded: "a&b&c".utf8, limits: .init(fields: 2)) }
        #expect(throws: FormError.nameTooLong(limit: 3)) { try FormData(urlEncoded: "abcd=1".utf8, limits: .init(nameLength: 3)) }
        #expect(throws: FormError.malformed) { try FormData(urlEncoded: "a=%FF".utf8) }
        #expect(throws: FormError.malformed) { try FormData(urlEncoded: "a%00b=1".utf8) }
    }
}
