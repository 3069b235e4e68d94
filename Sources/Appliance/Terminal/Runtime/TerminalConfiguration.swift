import CanonicalJSON
import Display
public import Platform
import Touch

/// What one terminal is made of, read from its `--config` file.
public struct TerminalConfiguration: Sendable, Codable {
    public struct DisplayPlace: Sendable, Codable {
        /// A framebuffer device; its geometry is its own.
        public var device: String?
        /// A plain file instead, of the size given here.
        public var file: String?
        public var width: Int?
        public var height: Int?
        /// Bytes a row; four times the width where it is left out.
        public var stride: Int?
    }

    public struct TouchPlace: Sendable, Codable {
        /// An input device; a path that names the port (`/dev/input/by-path/…`) survives replugging.
        public var device: String?
        /// A Unix socket that takes `input_event` records instead.
        public var socket: String?
        /// Six numbers, as in udev's LIBINPUT_CALIBRATION_MATRIX.
        public var calibration: [Double]?
    }

    /// The daemon's socket for this terminal.
    public var socket: String
    public var display: DisplayPlace
    public var panel: PanelSize?
    public var touch: TouchPlace?
    /// The folder with `theme.json` and `strings/`.
    public var kiosk: String
    /// Language of what is said before the hall has sent anything.
    public var language: String?
    public var minimumContactMs: Int?
    public var deadTimeMs: Int?
    /// A socket where assistive devices and the demo learn what is on the screen (`Presented` frames); none when absent.
    public var assistance: String?

    public static func load(_ path: String) throws(Failure) -> TerminalConfiguration {
        do { return try JSONCoder.decode(TerminalConfiguration.self, from: try readFile(path)) } catch {
            throw Failure(.badConfiguration, "\(path): \(JSONCoder.explain(error))")
        }
    }

    func openDisplay() throws(Failure) -> (scanout: any Scanout, panel: PanelSize?) {
        switch (display.device, display.file) {
        case (let device?, nil):
            do throws(DisplayError) {
                let scanout = try FbdevScanout(path: device)
                let own = scanout.millimetres.map { PanelSize(widthMM: $0.width, heightMM: $0.height) }
                return (scanout, panel ?? own)
            } catch {
                throw Failure(.unavailable, error.description)
            }
        case (nil, let file?):
            guard let width = display.width, let height = display.height, width >= 320, height >= 240 else {
                throw Failure(.badConfiguration, "display: a file needs width and height, at least 320 by 240")
            }
            let stride = display.stride ?? width * 4
            guard stride >= width * 4, stride % 4 == 0 else {
                throw Failure(.badConfiguration, "display: a stride of \(stride) bytes cannot hold \(width) pixels")
            }
            do throws(SystemError) {
                let geometry = ScanoutGeometry(width: width, height: height, stride: stride)
                return (try FileScanout(path: file, geometry: geometry), panel)
            } catch {
                throw Failure(.unavailable, "display: \(error)")
            }
        default: throw Failure(.badConfiguration, "display: name either a device or a file")
        }
    }

    func touchSource(_ geometry: ScanoutGeometry) throws(Failure) -> (any TouchSource)? {
        guard let touch else { return nil }
        let calibration = touch.calibration ?? [1, 0, 0, 0, 1, 0]
        guard calibration.count == 6 else {
            throw Failure(.badConfiguration, "touch: a calibration has six numbers, not \(calibration.count)")
        }
        let rules = TouchRules(
            width: geometry.width, height: geometry.height, calibration: calibration,
            minimumContactMs: minimumContactMs ?? 30)
        switch (touch.device, touch.socket) {
        case (let device?, nil): return EvdevTouch(path: device, rules: rules)
        case (nil, let socket?): return SocketTouch(path: socket, rules: rules)
        default: throw Failure(.badConfiguration, "touch: name either a device or a socket")
        }
    }
}
