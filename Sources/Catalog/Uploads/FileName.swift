extension Unicode.Scalar {
    /// Whether a name that holds it may look like another one, or like none: control characters, marks that turn the direction
    /// of what follows, byte order marks and other invisible ones, line ends. Joiners are left: scripts and emoji need them.
    package var misleadsReaders: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: value != 0x200C && value != 0x200D
        default: false
        }
    }
}
