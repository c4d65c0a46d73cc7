// Whose a row is: every row of the product belongs to one account, and most were made by one user. Their records
// live above; their ids are needed everywhere.

package enum Account: Identified {
    package static let idPrefix = "acc"
}

package enum User: Identified {
    package static let idPrefix = "usr"
}
