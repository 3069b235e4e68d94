import FuzzEntries

/// libFuzzer calls it with one input after the other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    FuzzTarget.correction.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
