// What a page shows of a form: one flat list of one plain struct, rendered by one partial, `shared/controls`. Nesting is a begin
// and an end, so that no template recurs.

package import Templating

package struct Control: TemplateData, Sendable {
    package enum Kind: UInt8, Sendable {
        case line, area, select, radios, boxes, toggle, secret, file, part
        /// A section with a title, until its `.groupEnd`.
        case group
        /// Controls without a group around them stand between these.
        case rows, rowsEnd
        /// A radio button of its own, with what depends on it until its `.choiceEnd`.
        case choice
        /// A short line beside the choice that it depends on.
        case inline
        /// What shows only while the switch or choice before it is on, until its `.dependentsEnd`.
        case dependents
        /// The last of radio buttons with dependents.
        case radiosEnd, choiceEnd, groupEnd, dependentsEnd
    }

    package enum Width: String, Sendable {
        case short, medium, full
    }

    package struct Option: TemplateData, Sendable {
        let id: String
        let value: String
        let label: String
        let hint: String
        let isSelected: Bool

        package init(id: String, value: String, label: String, hint: String = "", isSelected: Bool) {
            (self.id, self.value, self.label, self.hint, self.isSelected) = (id, value, label, hint, isSelected)
        }

        package static let fields = Fields<Option> {
            Flag("selected") { $0.isSelected }
        }
    }

    package var kind: Kind
    package var name = ""
    package var id = ""
    package var label = ""
    package var hint = ""
    package var error = ""
    package var value = ""
    package var suffix = ""
    /// Of a line: `tel`, `url`, …; of a file: the endings of names that are taken.
    package var type = "text"
    package var inputMode = ""
    package var autocomplete = "off"
    package var width = Width.full
    package var isOn = false
    package var isRequired = false
    /// Of a line: one can type into it as soon as the page is there.
    var isFocused = false
    /// Of a choice: what depends on it stands beside it.
    package var isInline = false
    package var options: [Option] = []
    /// The blank one of a select, which is first and not chosen.
    package var blank = ""
    /// Options of a long list, written once a language, before and after those above.
    package var optionsBefore: Substring = ""
    package var optionsAfter: Substring = ""
    /// Of a part.
    package var markup = ""

    package init(_ kind: Kind) { self.kind = kind }

    /// A label, a hint and an error, as all controls but radio buttons have them.
    private var isRow: Bool {
        switch kind {
        case .line, .area, .select, .toggle, .secret, .file: true
        default: false
        }
    }

    package static let fields = Fields<Control> {
        Flag("is_line") { $0.kind == .line }
        Flag("is_area") { $0.kind == .area }
        Flag("is_select") { $0.kind == .select }
        Flag("is_radios") { $0.kind == .radios || $0.kind == .boxes }
        Flag("is_fieldset") { $0.kind == .radios && $0.options.isEmpty }
        Flag("boxes") { $0.kind == .boxes }
        Flag("long") { $0.options.count > 12 }
        Flag("is_switch") { $0.kind == .toggle }
        Flag("is_secret") { $0.kind == .secret }
        Flag("is_file") { $0.kind == .file }
        Flag("is_part") { $0.kind == .part }
        Flag("is_group") { $0.kind == .group }
        Flag("is_group_end") { $0.kind == .groupEnd }
        Flag("is_rows") { $0.kind == .rows }
        Flag("is_choice") { $0.kind == .choice }
        Flag("is_inline") { $0.kind == .inline }
        Flag("beside") { $0.isInline }
        Flag("is_dependents") { $0.kind == .dependents }
        Flag("is_radios_end") { $0.kind == .radiosEnd }
        Flag("is_end") { $0.kind == .choiceEnd || $0.kind == .dependentsEnd || $0.kind == .rowsEnd }
        Flag("is_row") { $0.isRow }
        Text("inputmode") { $0.inputMode }
        Text("width") { $0.width.rawValue }
        Flag("on") { $0.isOn }
        Flag("required") { $0.isRequired }
        Markup("before") { Markup(html: String($0.optionsBefore)) }
        Markup("after") { Markup(html: String($0.optionsAfter)) }
        Markup("markup") { Markup(html: $0.markup) }
    }
}
