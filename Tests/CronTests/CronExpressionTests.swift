// What administrators know from their crontabs has to mean the same here.
import Cron
import Testing
import Time

@Suite struct CronExpressionTests {
    private func next(_ expression: String, after time: String, count: Int = 1) throws -> [String] {
        let expression = try CronExpression(expression)
        var time = try #require(CivilTime(iso: time))
        return try (0..<count).map { _ in
            time = try #require(expression.next(after: time))
            return time.iso
        }
    }

    @Test(
        "The next minute is the first that matches",
        arguments: [
            ("15 3 * * *", "2026-11-22T03:14", "2026-11-22T03:15"), ("15 3 * * *", "2026-11-22T03:15", "2026-11-23T03:15"),
            ("15 3 * * *", "2026-11-22T03:14:59", "2026-11-22T03:15"), ("15 3 * * *", "2026-12-31T04:00", "2027-01-01T03:15"),
            ("* * * * *", "2026-11-22T23:59", "2026-11-23T00:00"), ("*/15 * * * *", "2026-11-22T03:46", "2026-11-22T04:00"),
            ("5-20/5 8 * * *", "2026-11-22T08:10", "2026-11-22T08:15"), ("0 0 29 2 *", "2026-01-01T00:00", "2028-02-29T00:00"),
            ("0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00"), ("0 9 * * MON-FRI", "2026-11-20T09:00", "2026-11-23T09:00"),
            ("0 9 * * 7", "2026-11-22T09:00", "2026-11-29T09:00"), ("0 9 * * fri-sun", "2026-11-16T09:00", "2026-11-20T09:00"),
            ("0 9 * * 5-7", "2026-11-21T09:00", "2026-11-22T09:00"), ("0 0 1 jan,Jul *", "2026-01-01T00:00", "2026-07-01T00:00"),
            ("\t0  0 31  * * ", "2026-01-31T00:00", "2026-03-31T00:00"), ("0,30 1,22 * * *", "2026-01-31T01:30", "2026-01-31T22:00"),
            ("59 23 31 12 *", "2026-12-31T23:59", "2027-12-31T23:59"), ("0 0 * * */2", "2026-11-22T00:00", "2026-11-24T00:00"),
        ])
    func nextMinute(expression: String, after: String, expected: String) throws {
        #expect(try next(expression, after: after) == [expected])
    }

    @Test("With both day fields restricted a day needs to match only one of them, as in Vixie cron")
    func eitherDay() throws {
        #expect(
            try next("0 0 1,15 * WED", after: "2026-11-01T00:00", count: 5) == [
                "2026-11-04T00:00", "2026-11-11T00:00", "2026-11-15T00:00", "2026-11-18T00:00", "2026-11-25T00:00",
            ])
    }

    @Test("A day field that begins with a star restricts the other one")
    func bothDays() throws {
        // Odd days that are Sundays.
        #expect(try next("0 0 */2 * SUN", after: "2026-11-01T00:00", count: 2) == ["2026-11-15T00:00", "2026-11-29T00:00"])
        // The longest wait that there is: no 29 February in 2100.
        #expect(try next("0 0 29 2 */7", after: "2088-03-01T00:00") == ["2128-02-29T00:00"])
    }

    @Test(
        "Nicknames stand for their five fields",
        arguments: [
            ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@Annually", "0 0 1 1 *"),
        ])
    func nicknames(nickname: String, fields: String) throws {
        #expect(try CronExpression(nickname) == CronExpression(fields))
    }

    @Test(
        "What is no expression is refused, and it is said why",
        arguments: [
            ("", .fieldCount(0)), ("* * * *", .fieldCount(4)), ("* * * * * *", .fieldCount(6)), ("@reboot", .unknownNickname("@reboot")),
            ("@daily 1", .unknownNickname("@daily 1")), ("60 * * * *", .outOfRange(.minute, part: "60")),
            ("* 24 * * *", .outOfRange(.hour, part: "24")), ("* * 0 * *", .outOfRange(.dayOfMonth, part: "0")),
            ("* * * 13 *", .outOfRange(.month, part: "13")), ("* * * * 8", .outOfRange(.dayOfWeek, part: "8")),
            ("1,,2 * * * *", .malformed(.minute, part: "")), ("-1 * * * *", .malformed(.minute, part: "")),
            ("1- * * * *", .malformed(.minute, part: "")), ("x * * * *", .malformed(.minute, part: "x")),
            ("+1 * * * *", .malformed(.minute, part: "+1")), ("* * * MON *", .malformed(.month, part: "MON")),
            ("99999999999999999999 * * * *", .malformed(.minute, part: "99999999999999999999")),
            ("30-10 * * * *", .reversed(.minute, part: "30-10")), ("*/0 * * * *", .step(.minute, part: "*/0")),
            ("*/60 * * * *", .step(.minute, part: "*/60")), ("*/ * * * *", .step(.minute, part: "*/")),
            ("5/15 * * * *", .step(.minute, part: "5/15")), ("*/5/5 * * * *", .step(.minute, part: "*/5/5")),
            ("0 0 30 2 *", .neverMatches), ("0 0 31 4,6,9,11 *", .neverMatches),
        ] as [(String, CronSyntaxError)])
    func refused(text: String, expected: CronSyntaxError) {
        let error = #expect(throws: CronSyntaxError.self) { try CronExpression(text) }
        #expect(error == expected)
        #expect(error?.description.isEmpty == false)
    }
}
