// No file without a row and no row without a file: once a day, what a crash or a restored backup left is put right.

import Cron
import Database
import Logging
import Time
import Web

struct LogoSweep {
    private let store: AccountStore
    private let files: LogoFiles
    private let site: Site

    init(site: Site) {
        store = AccountStore(site: site)
        files = LogoFiles(site: site)
        self.site = site
    }

    func job() throws -> Job {
        let expression = try CronExpression("25 3 * * *")
        return Job(name: "logo-sweep", schedule: { Schedule(expression: expression, zone: .utc) }) { _ in try run() }
    }

    func run() throws {
        let time = site.clock.now() - LogoFiles.grace
        // Files before rows: a file that gets its row in between is too young to be listed.
        let listed = try files.files(before: time)
        let logos = try store.logosOfAllAccounts()
        let referred = Set(logos.map(\.logo.file))
        for file in listed where !referred.contains(file) {
            site.logger.notice("Removed the logo file \(file), which no account refers to")
            files.remove(file)
        }
        for (account, logo) in logos where !files.exists(logo.file) {
            site.logger.warning("The logo file \(logo.file) of the account \(account) is lost; the account has the default again")
            try store.forget(logo, of: account)
        }
        try files.removeForgottenUploads(before: time)
    }
}
