import CPlatform
import Glibc
public import Platform

/// A Linux framebuffer (`/dev/fbN`), written with pwrite(2).
///
/// Never mapped: on the kernel of Debian 12 several emulated framebuffers share one deferred-I/O state, and drawing
/// through mmap leaves screens black.
public final class FbdevScanout: Scanout {
    public let geometry: ScanoutGeometry
    /// What the panel says of its own size, where it says anything.
    public let millimetres: (width: Int, height: Int)?
    private let device: FileDescriptor

    /// Opens the device, lights it with its present mode and refuses what this driver cannot draw.
    public init(path: String) throws(DisplayError) {
        let device: FileDescriptor
        do throws(SystemError) { device = try FileDescriptor(path: path, flags: O_RDWR) } catch {
            throw DisplayError("the display cannot be opened: \(error)")
        }
        var variable = try Self.variable(device, path)
        // Only the framebuffer that the console is bound to is lit; the same mode set again by force lights the others.
        variable.activate = UInt32(FB_ACTIVATE_NOW | FB_ACTIVATE_FORCE)
        if cplatform_fb_put_var(device.raw, &variable) != 0 {
            Log.warning("\(SystemError("set the mode of \(path)")): it may stay dark")
        }
        // Simple firmware framebuffers have no blanking; that they refuse is no fault.
        _ = cplatform_fb_blank(device.raw, 0)
        variable = try Self.variable(device, path)
        var fixed = fb_fix_screeninfo()
        guard cplatform_fb_get_fix(device.raw, &fixed) == 0 else {
            throw DisplayError("\(path) is no framebuffer: \(SystemError("FBIOGET_FSCREENINFO"))")
        }
        guard variable.bits_per_pixel == 32 else {
            throw DisplayError(
                "\(path) has \(variable.bits_per_pixel) bits a pixel; set its mode to 32 (kernel argument video=…-32)")
        }
        guard variable.red.offset == 16, variable.green.offset == 8, variable.blue.offset == 0 else {
            throw DisplayError("\(path) orders its colours in another way than XRGB, which this program cannot draw")
        }
        let stride = Int(fixed.line_length)
        guard stride % 4 == 0, stride >= Int(variable.xres) * 4, variable.xres > 0, variable.yres > 0 else {
            throw DisplayError("\(path) reports rows of \(stride) bytes for \(variable.xres) pixels")
        }
        geometry = ScanoutGeometry(
            width: Int(variable.xres), height: Int(variable.yres), stride: stride,
            offset: Int(variable.yoffset) * stride + Int(variable.xoffset) * 4)
        let known = (50...2000).contains(variable.width) && (50...2000).contains(variable.height)
        millimetres = known ? (Int(variable.width), Int(variable.height)) : nil
        self.device = device
    }

    private static func variable(_ device: FileDescriptor, _ path: String) throws(DisplayError) -> fb_var_screeninfo {
        var variable = fb_var_screeninfo()
        guard cplatform_fb_get_var(device.raw, &variable) == 0 else {
            throw DisplayError("\(path) is no framebuffer: \(SystemError("FBIOGET_VSCREENINFO"))")
        }
        return variable
    }

    public func present(_ pixels: UnsafeRawBufferPointer, damage: [Rect]) throws(SystemError) {
        try device.writePixels(pixels, geometry: geometry, damage: damage)
    }
}
