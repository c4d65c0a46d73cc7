// A compiled template: one flat array of plain instructions over one array of bytes. Plain, because an enum that holds
// closures would be retained and released at each step, and that alone costs as much as writing the page.

/// First the literal is written, then the operation done.
struct Instruction: Sendable {
    enum Operation: UInt8, Sendable {
        case literalOnly
        case write
        /// Between elements: text that turns the direction of what is beside it gets one of its own.
        case writeIsolated
        /// Goes on to the body, or past it.
        case ifTrue
        case ifFalse
        /// Runs the body once for each part, with the part in `partSlot`.
        case each
    }

    var operation: Operation
    /// The context that the accessor reads.
    var slot: Int32 = 0
    var partSlot: Int32 = 0
    var literalStart: Int
    var literalCount: Int
    /// The index after the body.
    var end = 0
    /// Kept alive by `Program.accessors`.
    var accessor: Unmanaged<Accessor>?
}

struct Program: Sendable {
    fileprivate(set) var instructions: [Instruction] = []
    fileprivate(set) var literals: [UInt8] = []
    fileprivate(set) var accessors: [Accessor] = []
    /// How many contexts may be open at once.
    fileprivate(set) var depth: Int

    /// Runs the program with the contexts given, outermost first, and appends the page to the output.
    func run(_ contexts: [UnsafeRawPointer], into output: inout OutputBuffer) {
        withExtendedLifetime(accessors) {
            literals.withUnsafeBufferPointer { literals in
                instructions.withUnsafeBufferPointer { instructions in
                    withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: max(depth, contexts.count)) { slots in
                        guard let bytes = literals.baseAddress else { return }
                        _ = slots.initialize(from: contexts)
                        Run(instructions: instructions, literals: bytes, slots: slots).run(from: 0, to: instructions.count, into: &output)
                    }
                }
            }
        }
    }
}

/// One rendering, with what it needs at hand.
private struct Run {
    let instructions: UnsafeBufferPointer<Instruction>
    let literals: UnsafePointer<UInt8>
    let slots: UnsafeMutableBufferPointer<UnsafeRawPointer>

    func run(from start: Int, to end: Int, into output: inout OutputBuffer) {
        var index = start
        while index < end {
            let instruction = instructions[index]
            if instruction.literalCount > 0 {
                output.append(literals + instruction.literalStart, count: instruction.literalCount)
            }
            index &+= 1
            guard let accessor = instruction.accessor else { continue }
            let context = slots[Int(instruction.slot)]
            accessor._withUnsafeGuaranteedRef { accessor in
                switch instruction.operation {
                case .literalOnly:
                    break
                case .write:
                    accessor.write(context, &output)
                case .writeIsolated:
                    output.isolates = true
                    accessor.write(context, &output)
                    output.isolates = false
                case .ifTrue:
                    if !accessor.isTruthy(context) { index = instruction.end }
                case .ifFalse:
                    if accessor.isTruthy(context) { index = instruction.end }
                case .each:
                    let body = index
                    accessor.visit(context) { part in
                        slots[Int(instruction.partSlot)] = part
                        run(from: body, to: instruction.end, into: &output)
                    }
                    index = instruction.end
                }
            }
        }
    }
}

/// Puts a program together. Text that meets is joined, and goes out with the instruction after it.
struct ProgramBuilder {
    private var program: Program
    private var literalStart = 0
    private var position = MarkupPosition()

    init(contextCount: Int) {
        program = Program(depth: contextCount)
    }

    mutating func append(_ text: some Sequence<UInt8>) {
        let start = program.literals.count
        program.literals.append(contentsOf: text)
        position.pass(program.literals[start...])
    }

    mutating func write(_ accessor: Accessor, slot: Int) {
        add(position.isBetweenElements ? .writeIsolated : .write, accessor, slot: slot)
    }

    /// Returns what `close` needs.
    mutating func open(_ operation: Instruction.Operation, _ accessor: Accessor, slot: Int, partSlot: Int = 0) -> Int {
        program.depth = max(program.depth, partSlot + 1)
        add(operation, accessor, slot: slot, partSlot: partSlot)
        return program.instructions.count - 1
    }

    mutating func close(_ opened: Int) {
        flush()
        program.instructions[opened].end = program.instructions.count
    }

    mutating func finish() -> Program {
        flush()
        return program
    }

    private mutating func flush() {
        if program.literals.count > literalStart { add(.literalOnly, nil, slot: 0) }
    }

    private mutating func add(_ operation: Instruction.Operation, _ accessor: Accessor?, slot: Int, partSlot: Int = 0) {
        if let accessor { program.accessors.append(accessor) }
        program.instructions.append(
            Instruction(
                operation: operation, slot: Int32(truncatingIfNeeded: slot), partSlot: Int32(truncatingIfNeeded: partSlot),
                literalStart: literalStart, literalCount: program.literals.count - literalStart,
                accessor: accessor.map { Unmanaged.passUnretained($0) }))
        literalStart = program.literals.count
    }
}
