// Account settings of the demonstration, as somebody would have left them.

import Database
import Web

enum AccountDemonstration {
    @Sendable static func fill(_ app: App, _ account: ID<Account>, _ connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE accounts SET has_supervision = 1, trunk_region = CASE country WHEN 'FR' THEN '+33' ELSE '+44' END,
                playlist_id = (SELECT MIN(id) FROM playlists WHERE account_id = \(account)),
                head_of_line = (SELECT MIN(number) FROM tracking_numbers WHERE account_id = \(account))
            WHERE id = \(account)
            """)
    }
}
