internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage

/// Two Syncthing instances on this machine that share the features of the vault and know nothing of the rest of the world.
final class Syncthing: Sendable {
    /// The other device's copy.
    let phone: FilePath
    private let devices: [Terminal]
    private let scene: EditorScene
    private let ports: [UInt16]

    init(_ scene: EditorScene) async throws {
        self.scene = scene
        phone = scene.desk.appending("phone")
        let folders = [scene.vault.appending("10_features"), phone]
        let homes = ["here", "there"].map { scene.desk.appending($0) }
        ports = try (0..<4).map { _ in try Self.freePort() }
        var ids: [String] = []
        for (home, folder) in zip(homes, folders) {
            try Directory.create(folder.appending(".stfolder"))
            try await scene.shell(
                "syncthing generate --no-default-folder --skip-port-probing --home=\"$home\" > /dev/null\nsyncthing --home=\"$home\" --device-id > \"$home/id\"",
                ["home": home.string])
            ids.append(String(try text(home.appending("id")).filter { !$0.isWhitespace }))
        }
        var devices: [Terminal] = []
        for (index, home) in homes.enumerated() {
            let configuration = Self.configuration(ids, ports: ports, own: index, folder: folders[index])
            try FileContents.write(Array(configuration.utf8), to: home.appending("config.xml"))
            devices.append(
                try Terminal(
                    ["syncthing", "serve", "--no-browser", "--no-restart", "--no-upgrade", "--home=\(home)"], in: scene.desk, home: scene.desk))
        }
        self.devices = devices
    }

    /// Waits until a file is, or is not, on the other device.
    func phone(_ path: String, holds fact: (String?) -> Bool) async throws {
        let file = phone.appending(path)
        guard await eventually(within: .seconds(30), { fact(try? text(file)) }) else {
            throw SceneError(
                what: "the phone's \(path) is not as wanted: \((try? text(file)) ?? "not there")\n\(devices.map { $0.shown.suffix(1500) })")
        }
    }

    private static func freePort() throws -> UInt16 {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(number) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) == 0 && getsockname(number, $0, &length) == 0 }
        }
        guard isBound else { throw Errno(rawValue: errno) }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Loopback only: no discovery, relays, port mapping, reports or upgrades.
    private static func configuration(_ ids: [String], ports: [UInt16], own: Int, folder: FilePath) -> String {
        let devices = ids.enumerated().map { index, id in
            "<device id=\"\(id)\" name=\"d\(index)\"><address>tcp://127.0.0.1:\(ports[index])</address></device>"
        }
        return """
            <configuration version="35">
              <folder id="features" path="\(folder)" type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="true" fsWatcherDelayS="1">
                \(ids.map { "<device id=\"\($0)\"></device>" }.joined())
              </folder>
              \(devices.joined(separator: "\n  "))
              <gui enabled="true" tls="false"><address>127.0.0.1:\(ports[2 + own])</address><apikey>key</apikey></gui>
              <options>
                <listenAddress>tcp://127.0.0.1:\(ports[own])</listenAddress>
                <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
                <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><startBrowser>false</startBrowser>
                <reconnectionIntervalS>1</reconnectionIntervalS><urAccepted>-1</urAccepted><crashReportingEnabled>false</crashReportingEnabled>
                <autoUpgradeIntervalH>0</autoUpgradeIntervalH><setLowPriority>false</setLowPriority>
              </options>
            </configuration>
            """
    }
}
