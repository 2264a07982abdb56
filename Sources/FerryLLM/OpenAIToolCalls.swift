/// Tool calls that arrive in pieces. By the book each piece bears an index, and the first the id; of the compatible servers some leave out
/// the index, some the id, some number every call 0, and some repeat id and name.
struct OpenAIToolCalls {
    private struct Call {
        var id: String
        var name: String
        var arguments: String
    }
    private var calls: [Call] = []
    /// The stream's index, and the call that it last stood for.
    private var positions: [Int: Int] = [:]

    var isEmpty: Bool { calls.isEmpty }

    /// Returns how many characters of name and arguments the piece brought.
    mutating func receive(_ piece: JSONValue) -> Int {
        let function = piece["function"]
        let name = function?["name"]?.string ?? ""
        let arguments =
            switch function?["arguments"] {
            case .string(let text)?: text
            case .object(let members)?: JSONValue.object(members).text
            default: ""
            }
        let position = position(id: piece["id"]?.string ?? "", index: piece["index"]?.int, name: name)
        if calls[position].name.isEmpty { calls[position].name = name }
        calls[position].arguments += arguments
        return name.count + arguments.count
    }

    private mutating func position(id: String, index: Int?, name: String) -> Int {
        if !id.isEmpty, let known = calls.firstIndex(where: { $0.id == id }) { return known }
        let indexed = index.flatMap { positions[$0] }
        if id.isEmpty {
            if let indexed { return indexed }
            // Neither id nor index: a name begins a call, anything else continues the last.
            if index == nil, name.isEmpty, !calls.isEmpty { return calls.count - 1 }
        } else if let indexed, calls[indexed].id.isEmpty {
            calls[indexed].id = id
            return indexed
        }
        calls.append(Call(id: id, name: "", arguments: ""))
        if let index { positions[index] = calls.count - 1 }
        return calls.count - 1
    }

    /// The calls in their order. `turn` makes ids for those that have none, since answers refer to them.
    /// `isCut`: the answer ended at its output limit, so that empty arguments were not begun.
    func finished(turn: Int, isCut: Bool) -> [ToolCall] {
        calls.enumerated().map { number, call in
            let arguments = call.arguments.isBlank && !isCut ? "{}" : call.arguments
            return ToolCall(id: call.id.isEmpty ? "call_\(turn)_\(number)" : call.id, name: call.name, arguments: arguments)
        }
    }
}
