internal import FerryHTTP
internal import Testing

struct NetworkAddressTests {
    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "100.63.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255", "2606:4700::1111", "64:ff9b::8.8.8.8",
    ])
    func `addresses of the Internet are public`(_ text: String) throws {
        let address = try #require(NetworkAddress(text, port: 443))
        #expect(address.isPublic)
    }

    @Test(arguments: [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
        "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1",
    ])
    func `this machine, private networks and what is reserved are not`(_ text: String) throws {
        let address = try #require(NetworkAddress(text, port: 443))
        #expect(!address.isPublic)
    }

    @Test func `an address is told as people write it`() {
        #expect(NetworkAddress("2001:db8::1", port: 1)?.description == "2001:db8::1")
        #expect(NetworkAddress("10.0.0.1", port: 1)?.description == "10.0.0.1")
        #expect(NetworkAddress("2130706433", port: 1) == nil)
    }
}
