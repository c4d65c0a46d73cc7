// What becomes of events for a receiver that fails 60 % of its requests: the engine as it is, on simulated time. Prints `name value` lines.
import TestSupport

@main
struct PacingBenchmark {
    static func main() throws {
        let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
        let run = try RandomFailures(events: count, seed: 8)
        print("ratio \(run.ratio)")
        print("delivered \(run.delivered)")
        print("failed \(run.failed)")
        print("gave_up_early \(run.allFailedHadTenAttempts ? 0 : 1)")
        print("requests \(run.requests)")
        print("hours \(run.took / .seconds(3600))")
        print("schedule_hours \(run.scheduleAlone / .seconds(3600))")
    }
}
