internal import CFerryLinux

/// Time that goes on while the machine sleeps and that nobody can set (CLOCK_BOOTTIME).
package enum BootClock {
    package static var now: Duration { .nanoseconds(ferry_boottime_nanoseconds()) }
}
