/// The version of this Ferry.
package enum FerryVersion {
    package static let current = "0.1.0"
}
