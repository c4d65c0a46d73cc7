// What an event tells, in the reader's language: a sentence a type, in Locales/*/events.json.

package import Delivery
package import Web

extension EventType {
    package func summary(_ t: Translation) -> String { t("event.\(name)") }
}
