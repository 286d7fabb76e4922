//! `palm`: the command line.

mod command;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

/// Pushes are parsed on many threads and dropped by one. With few arenas the threads of glibc's allocator block each
/// other, with many it keeps twice the memory in use; mimalloc does neither. It serves Rust only: a replacement of
/// `malloc` would be called by the loader and by libraries loaded before it is ready, such as a clock library. On
/// other systems the default allocator is used.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Freed memory is returned to the system after 10 ms, not after a second, so that the memory of one burst is
/// available for the next kind. `MIMALLOC_PURGE_DELAY` in the environment overrides it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_memory_back_soon() {
    /// `mi_option_purge_delay` of `mimalloc.h`, which the crate does not name.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    #[expect(unsafe_code, reason = "a call of two integers into the allocator, before there is a second thread")]
    // SAFETY: it stores a number in the table of options; the index is within the table.
    unsafe {
        libmimalloc_sys::mi_option_set_default(PURGE_DELAY, 10);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
const fn give_memory_back_soon() {}

fn main() -> ExitCode {
    give_memory_back_soon();
    // Two crypto providers may be in the tree: without a chosen one TLS panics at first use.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        eprintln!("palm: another TLS provider was installed first");
        return ExitCode::FAILURE;
    }
    match command::Command::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("palm: {error:#}");
            ExitCode::FAILURE
        }
    }
}
