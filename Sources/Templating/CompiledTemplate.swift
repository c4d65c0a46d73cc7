// What a feature holds: a template proven, at the start, to fit its page struct, and ready to render.
import Synchronization

/// A template for one page type.
package struct CompiledTemplate<Page: TemplateData>: Sendable {
    private let renderer: Renderer

    /// - Parameter name: the template's name in the library.
    /// - Throws: the first fault found, in this template or in one that it uses.
    package init(_ name: String, in library: TemplateLibrary) throws(TemplateError) {
        var compiler = Compiler(library: library)
        renderer = Renderer(program: try compiler.compile(name, contexts: [Page.fields.schema]))
    }

    /// The page in UTF-8.
    package func render(_ page: Page) -> [UInt8] {
        withUnsafePointer(to: page) { page in
            renderer.render([UnsafeRawPointer(page)])
        }
    }
}

/// A template for one page type inside a frame (who is signed in, the menu, a flash): names are looked up in the page first, then
/// in the frame.
package struct FramedTemplate<Frame: TemplateData, Page: TemplateData>: Sendable {
    private let renderer: Renderer

    /// - Throws: the first fault found, in this template or in one that it uses.
    package init(_ name: String, in library: TemplateLibrary) throws(TemplateError) {
        var compiler = Compiler(library: library)
        renderer = Renderer(program: try compiler.compile(name, contexts: [Frame.fields.schema, Page.fields.schema]))
    }

    /// The page in UTF-8.
    package func render(_ page: Page, in frame: Frame) -> [UInt8] {
        withUnsafePointer(to: frame) { frame in
            withUnsafePointer(to: page) { page in
                renderer.render([UnsafeRawPointer(frame), UnsafeRawPointer(page)])
            }
        }
    }
}

/// A program, and how large its pages are: the next page is written straight into an array of about the right size.
final class Renderer: Sendable {
    private let program: Program
    private let expectedSize = Atomic(4096)
    /// One enormous page must not make every later one ask for as much.
    private static let maximumExpectedSize = 256 * 1024

    init(program: Program) {
        self.program = program
    }

    /// The contexts must be of the types that the program was compiled for, outermost first.
    func render(_ contexts: [UnsafeRawPointer]) -> [UInt8] {
        let expected = expectedSize.load(ordering: .relaxed)
        var overflow: [UInt8]?
        let page = [UInt8](unsafeUninitializedCapacity: expected) { buffer, count in
            var output = OutputBuffer(lent: buffer)
            program.run(contexts, into: &output)
            if output.isMoved {
                overflow = Array(output.bytes)
            } else {
                count = output.count
            }
        }
        guard let overflow else { return page }
        expectedSize.store(min(overflow.count + overflow.count / 4, Self.maximumExpectedSize), ordering: .relaxed)
        return overflow
    }
}
