import Glibc

/// The wall clock as people here read it, `09:41`; it labels idle screens and decides nothing.
func timeOfDay() -> String {
    var now = time(nil)
    var local = tm()
    localtime_r(&now, &local)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(two(local.tm_hour)):\(two(local.tm_min))"
}
