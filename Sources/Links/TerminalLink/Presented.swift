/// What is on a terminal's screen and where: told to assistive devices (a screen reader, a Braille line) and to the demo's
/// fingers over a socket of its own, which exists only where the terminal's configuration names it.
public struct Presented: Hashable, Sendable, Codable {
    /// A control that can be touched, in pixels of the screen.
    public struct Place: Hashable, Sendable, Codable {
        /// `Control.name`; `pad` is the signature's field.
        public var control: String
        public var x: Int
        public var y: Int
        public var width: Int
        public var height: Int
        public init(control: String, x: Int, y: Int, width: Int, height: Int) {
            self.control = control
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// When the scene arrived and when its last pixel was written: CLOCK_BOOTTIME, microseconds.
    public var receivedAt: Int
    public var presentedAt: Int
    public var scene: Scene
    public var places: [Place]

    public init(receivedAt: Int, presentedAt: Int, scene: Scene, places: [Place]) {
        self.receivedAt = receivedAt
        self.presentedAt = presentedAt
        self.scene = scene
        self.places = places
    }
}
