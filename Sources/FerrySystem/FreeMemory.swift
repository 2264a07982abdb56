internal import CFerryLinux

/// Memory that was freed and that the allocator keeps.
package enum FreeMemory {
    /// Gives it back to the kernel: after work that took much and comes seldom.
    package static func giveBack() { ferry_give_back_memory() }
}
