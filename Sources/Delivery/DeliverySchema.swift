// The tables of webhooks, events, deliveries and attempts, and an index for each way in which they are asked for.

package import Database

package enum DeliverySchema {
    package static let migrations: [Migration] = [
        Migration(
            200, "webhooks",
            [
                """
                CREATE TABLE webhook_settings (account_id TEXT PRIMARY KEY, is_enabled BIGINT NOT NULL, version BIGINT NOT NULL)
                """,
                // A row switches an event off; an account without rows has all rights.
                "CREATE TABLE webhook_rights (account_id TEXT NOT NULL, event_type TEXT NOT NULL, PRIMARY KEY (account_id, event_type))",
                """
                CREATE TABLE webhooks (
                    id TEXT PRIMARY KEY, account_id TEXT NOT NULL, name TEXT NOT NULL, is_main BIGINT NOT NULL, transmission TEXT NOT NULL,
                    url TEXT NOT NULL, authentication TEXT NOT NULL, auth_login TEXT, auth_secret BLOB, auth_header TEXT, headers BLOB,
                    events TEXT NOT NULL, restriction TEXT NOT NULL, restriction_value TEXT NOT NULL, is_enabled BIGINT NOT NULL,
                    is_paused BIGINT NOT NULL, disabled_reason TEXT, secret BLOB NOT NULL, previous_secret BLOB, previous_secret_until BIGINT,
                    failures_in_row BIGINT NOT NULL, first_failure_at BIGINT, failing_for BIGINT NOT NULL, resting_since BIGINT,
                    probe_at BIGINT, probe_interval BIGINT,
                    delivered_count BIGINT NOT NULL, last_result TEXT, last_at BIGINT, version BIGINT NOT NULL,
                    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)
                """,
                "CREATE INDEX webhooks_account ON webhooks (account_id, id)",
                // One main webhook an account, whoever else makes one at the same time.
                "CREATE UNIQUE INDEX webhooks_main ON webhooks (account_id) WHERE is_main = 1",
            ]),
        Migration(
            203, "events, deliveries and their queue",
            [
                // `sequence` numbers a call's events from 1, in order of acceptance; that no two have one number is the index's word.
                """
                CREATE TABLE events (
                    id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, event_type TEXT NOT NULL, idempotency_key TEXT,
                    event_time BIGINT NOT NULL, accepted_at BIGINT NOT NULL, order_key TEXT, sequence BIGINT, body TEXT NOT NULL,
                    is_test BIGINT NOT NULL)
                """,
                "CREATE UNIQUE INDEX events_idempotency ON events (account_id, idempotency_key) WHERE idempotency_key IS NOT NULL",
                "CREATE UNIQUE INDEX events_call ON events (account_id, order_key, sequence) WHERE order_key IS NOT NULL",
                // The history: one row for each webhook that an event went or goes to. Its ids follow the event's, so that there needs
                // no index from one to the other. A row that is under way says so in `due` alone.
                """
                CREATE TABLE deliveries (
                    id INTEGER PRIMARY KEY, account_id TEXT NOT NULL, webhook_id TEXT NOT NULL, webhook_name TEXT NOT NULL,
                    event_id BIGINT NOT NULL, event_type TEXT NOT NULL, url TEXT NOT NULL, authentication TEXT NOT NULL,
                    state TEXT NOT NULL, next_at BIGINT, attempt BIGINT NOT NULL, manual BIGINT NOT NULL, accepted_at BIGINT NOT NULL,
                    settled_at BIGINT, last_status BIGINT, last_fault TEXT)
                """,
                // History pages, newest first. By state it is two indexes, so that only settling moves a row.
                "CREATE INDEX deliveries_account ON deliveries (account_id, id)",
                "CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id)",
                "CREATE INDEX deliveries_unsettled ON deliveries (account_id, id) WHERE settled_at IS NULL",
                "CREATE INDEX deliveries_settled ON deliveries (account_id, state, id) WHERE settled_at IS NOT NULL",
                "CREATE INDEX deliveries_type ON deliveries (account_id, event_type, id)",
                // What a pause keeps.
                "CREATE INDEX deliveries_held ON deliveries (webhook_id, id) WHERE state = 'held'",
                // What may go at `due_at`, and what is under way: `DeliveryQueue`. It could go since `ready_at`, later than `due_at` when it
                // waited behind its call. A row with a lease that nobody has any more is an attempt of which the outcome is unknown.
                """
                CREATE TABLE due (
                    delivery_id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL, due_at BIGINT NOT NULL, ready_at BIGINT NOT NULL,
                    order_key TEXT, attempt BIGINT NOT NULL, manual BIGINT NOT NULL, lease_owner BIGINT, lease_until BIGINT)
                """,
                // The claim. A lease costs no index write.
                "CREATE INDEX due_next ON due (webhook_id, due_at, delivery_id)",
                "CREATE UNIQUE INDEX due_head ON due (webhook_id, order_key) WHERE order_key IS NOT NULL",
                "CREATE TABLE waiting (delivery_id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL, order_key TEXT NOT NULL)",
                "CREATE INDEX waiting_call ON waiting (webhook_id, order_key, delivery_id)",
                // One row an attempt, written when it has ended.
                """
                CREATE TABLE attempts (
                    delivery_id BIGINT NOT NULL, number BIGINT NOT NULL, account_id TEXT NOT NULL, started_at BIGINT NOT NULL,
                    finished_at BIGINT NOT NULL, url TEXT NOT NULL, request_headers TEXT, status BIGINT, response_headers TEXT,
                    response_body BLOB, is_truncated BIGINT, fault TEXT, detail TEXT, dns_us BIGINT, connect_us BIGINT, tls_us BIGINT,
                    first_byte_us BIGINT, total_us BIGINT, is_manual BIGINT NOT NULL, PRIMARY KEY (delivery_id, number))
                """,
            ]),
        Migration(
            202, "owners of leases",
            [
                // A process writes itself down before it leases anything. `node` is the data folder whose lock it holds.
                "CREATE TABLE lease_owners (epoch BIGINT PRIMARY KEY, node TEXT NOT NULL, since BIGINT NOT NULL)",
                "CREATE INDEX lease_owners_node ON lease_owners (node)",
            ]),
    ]
}
