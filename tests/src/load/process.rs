//! Resource usage of a process, from the kernel.

use std::time::Duration;

/// The kernel counts CPU time in hundredths of a second on every Linux that Palm runs on.
const TICK: Duration = Duration::from_millis(10);

/// CPU time that a process has used, in the kernel and outside.
pub fn cpu(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The program's name is in brackets and may contain anything.
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: u32 = after_name.split_whitespace().skip(11).take(2).map(|field| field.parse::<u32>().unwrap()).sum();
    TICK * ticks
}

/// Resident memory of a process in mebibytes: now, and at most since its start, or since [`forget_peak`].
pub fn memory(process: u32) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let field = |name: &str| -> f64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// Resets the peak of a process: [`memory`] then returns the peak since this call.
pub fn forget_peak(process: u32) {
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
}
