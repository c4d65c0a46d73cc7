// Every feature of the product, in one list: a feature that stands here has its tab, its routes, its rights, its tables and its jobs.

package let allFeatures: [Feature] = [
    .home,
    .setup,
    .signIn,
    .myAccount,
    .operatorAccounts,
    .users,
    .alerts,
    .reference,
    .account,
    .retention,
    .deletions,
    .records,
    .webhookSettings,
    .webhookEndpoints,
    .webhookDeliveries,
    .eventAPI,
    .mediaAPI,
    .settingsAPI,
    .health,
]
