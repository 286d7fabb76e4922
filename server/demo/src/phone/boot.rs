//! The phone's clocks.
//!
//! Promise: the monotonic clock never runs backwards within one boot id. On Linux both come from the machine
//! (`/proc/sys/kernel/random/boot_id`, `/proc/uptime`, which counts sleep), so restarting the app is not a reboot and
//! its times stay proven. Elsewhere each start of the process is a boot, with a clock that stops while the machine
//! sleeps; each moment says which of the two it is.

use std::time::Instant as Ticks;

use sync_core::device::{Moment, Place};
use sync_core::id::BootId;

use server::clock::Clock;
use server::random::{NoRandomness, bytes};

/// One run of the process, within one boot.
#[derive(Debug)]
pub(super) struct Boot {
    id: BootId,
    started: Ticks,
    /// Whether the machine tells its uptime, which counts sleep; the clock of the process does not.
    counts_sleep: bool,
    wall: Clock,
}

impl Boot {
    /// Reads the machine's boot; `offset_ms` moves the wall clock only.
    pub fn read(offset_ms: i64) -> Result<Self, NoRandomness> {
        let machine = boot_id().zip(uptime_ms());
        let counts_sleep = machine.is_some();
        let id = match machine {
            Some((id, _)) => id,
            None => BootId::new(bytes()?),
        };
        Ok(Self { id, started: Ticks::now(), counts_sleep, wall: Clock::offset(offset_ms) })
    }

    /// Milliseconds of the clock that only runs forward.
    pub fn monotonic_ms(&self) -> u64 {
        let of_process = || u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        // The same clock throughout one boot. An unreadable file returns the start of the boot, which leads to a
        // contradiction rather than to a wrong proven time.
        if self.counts_sleep { uptime_ms().unwrap_or_default() } else { of_process() }
    }

    /// Now, at `place`.
    pub fn moment(&self, place: Option<Place>) -> Moment {
        let Self { id: boot, counts_sleep, .. } = *self;
        Moment { wall: self.wall.now(), monotonic_ms: self.monotonic_ms(), boot, counts_sleep, place }
    }
}

fn boot_id() -> Option<BootId> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    text.trim().replace('-', "").parse().ok()
}

fn uptime_ms() -> Option<u64> {
    read_uptime(&std::fs::read_to_string("/proc/uptime").ok()?)
}

/// `12345.67 …`: seconds with hundredths.
fn read_uptime(text: &str) -> Option<u64> {
    let (seconds, hundredths) = text.split_whitespace().next()?.split_once('.')?;
    let (seconds, hundredths): (u64, u64) = (seconds.parse().ok()?, hundredths.parse().ok()?);
    seconds.checked_mul(1000)?.checked_add(hundredths.checked_mul(10)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uptime_of_linux_is_read_in_milliseconds() {
        assert_eq!(read_uptime("12345.67 99.00\n"), Some(12_345_670));
        assert_eq!(read_uptime("up 3 days"), None);
    }

    #[test]
    fn the_monotonic_clock_does_not_run_back_and_the_offset_moves_the_wall_clock_alone() {
        let (here, there) = (Boot::read(0).unwrap(), Boot::read(3_600_000).unwrap());
        let (a, b) = (here.moment(None), here.moment(None));
        assert!(a.monotonic_ms <= b.monotonic_ms && a.boot == b.boot);
        assert!(there.moment(None).wall.ms() - b.wall.ms() >= 3_600_000);
    }
}
