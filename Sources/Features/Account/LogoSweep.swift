// No file without a row and no row without a file: once a day, what a crash or a restored backup left is put right.

import Cron
import Database
import Logging
import Time
import Web

struct LogoSweep {
    private let files: LogoFiles
    private let site: Site

    init(site: Site) {
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
        let logos = try site.database.read { try AccountStore.logosOfAllAccounts(on: $0) }
        let referred = Set(logos.map(\.logo.file))
        for file in listed where !referred.contains(file) {
            site.logger.notice("Removed the logo file \(file), which no account refers to")
            files.remove(file)
        }
        for (account, logo) in logos where !files.exists(logo.file) {
            site.logger.warning("The logo file \(logo.file) of the account \(account) is lost; the account has the default again")
            try forget(logo, of: account)
        }
        try files.removeForgottenUploads(before: time)
    }

    private func forget(_ logo: AccountSettings.Logo, of account: ID<Account>) throws {
        try site.database.write { connection in
            guard try AccountStore.forget(logo, of: account, on: connection) else { return }
            try Deletion(
                account: account, user: nil, userName: UnnamedActor.system.rawValue, entity: .logo, detail: logo.name, planned: 1, items: 0,
                bytes: 0
            ).record(site, on: connection)
        }
    }
}
