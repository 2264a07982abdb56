/// OpenRouter's `reasoning_details`, put together from the pieces of a stream: what the model's own vendor gave of its reasoning, encrypted parts and
/// signatures among it. It goes back as it came.
struct ReasoningDetails {
    private(set) var list: [JSONValue] = []

    /// Pieces with one index and type are one detail: their texts are joined, other fields come once.
    mutating func receive(_ piece: JSONValue) {
        guard let last = list.last, let index = piece["index"], last["index"] == index, last["type"] == piece["type"] else {
            return list.append(piece)
        }
        var detail = last
        for member in piece.members ?? [] where !member.value.isNull {
            if ["text", "summary", "data"].contains(member.key), let more = member.value.string {
                detail.set(member.key, .string((detail[member.key]?.string ?? "") + more))
            } else {
                detail.set(member.key, member.value)
            }
        }
        list[list.count - 1] = detail
    }
}
