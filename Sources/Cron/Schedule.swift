// A cron expression on the wall clocks of one place: which instants its minutes are when clocks jump.
package import Time

/// When a job runs. Each local time that the expression names ("nominal") runs once: in an overlap of the clock at its
/// first coming only, in a gap at the first instant after it, where all the nominal times of one gap are one run.
///
/// So even `* * * * *` rests while an hour is repeated; a job that must not rest is given `Zone.utc`.
package struct Schedule: Sendable {
    package let expression: CronExpression
    package let zone: Zone

    package init(expression: CronExpression, zone: Zone) {
        self.expression = expression
        self.zone = zone
    }

    /// The first run after `instant`. `nominal` is the local time as the expression names it; in a gap no clock shows it.
    package func next(after instant: Timestamp) -> (nominal: CivilTime, at: Timestamp)? {
        // `firstInstant` never goes back as local times go on, and the local time now is no later than now: so no
        // earlier nominal time can be due after `instant`, and the first that is found is the first of its gap.
        var nominal = expression.next(after: zone.civil(instant))
        while let candidate = nominal {
            let at = zone.firstInstant(from: candidate)
            if at > instant { return (candidate, at) }
            // The second pass of an overlap.
            nominal = expression.next(after: candidate)
        }
        return nil
    }

    /// The last run after `start` and not after `end`: of all that was missed, the one to catch up on.
    package func latest(after start: Timestamp, through end: Timestamp) -> (nominal: CivilTime, at: Timestamp)? {
        // Windows that grow backwards, so that a year of downtime is not walked minute by minute.
        var window = Duration.seconds(3600)
        while start < end {
            let windowStart = max(start, end - window)
            if var found = next(after: windowStart), found.at <= end {
                while let later = next(after: found.at), later.at <= end { found = later }
                return found
            }
            if windowStart == start { return nil }
            window = window * 4
        }
        return nil
    }
}
