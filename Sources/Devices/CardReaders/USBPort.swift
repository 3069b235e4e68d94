internal import Platform

/// Finds the USB port of a reader: the kernel's path of hubs and sockets, which stays the same over restarts.
enum USBPort {
    /// The port's path (`1-1.4.2`) from a reader's channel attribute; nil for a reader that is on no USB.
    ///
    /// The attribute is four bytes, little-endian: 0x0020 for USB in the upper half, bus and device number below.
    static func path(channel: [UInt8], devices: String = "/sys/bus/usb/devices") -> String? {
        guard channel.count == 4, channel[3] == 0x00, channel[2] == 0x20 else { return nil }
        let names = (try? listDirectory(devices)) ?? []
        return names.first { name in
            number(devices + "/" + name + "/busnum") == Int(channel[1])
                && number(devices + "/" + name + "/devnum") == Int(channel[0])
        }
    }

    private static func number(_ path: String) -> Int? {
        (try? readFile(path)).flatMap { Int(String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self)) }
    }
}
