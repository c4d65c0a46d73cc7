// Every feature of the product, in one list: a feature that stands here has its tab, its routes, its rights and its jobs.

package import Database
import Delivery
import Web

/// The features, and what answers a form whose session had ended.
func allFeatures(_ app: App) throws -> (features: [Feature], interruption: @Sendable (Visit) throws -> WebResponse) {
    let password = try PasswordController(app)
    let signIn = try SignInController(app, password)
    return (
        [
            try .home(app),
            try .setup(app),
            .signIn(signIn),
            .password(password),
            try .myAccount(app),
            try .operatorAccounts(app),
            try .account(app),
            try .retention(app),
            try .deletions(app),
            .records(app),
            try .webhookSettings(app),
            try .webhookEndpoints(app),
            try .webhookDeliveries(app),
            try .eventAPI(app),
            try .mediaAPI(app),
            .health(app),
        ], signIn.interruption
    )
}

/// The schema, in numbered steps: Web 100…, Delivery 200…, each feature from a hundred of its own.
package let allMigrations =
    WebSchema.migrations + DeliverySchema.migrations + ReferenceSchema.migrations + RetentionSchema.migrations
