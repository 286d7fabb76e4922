//! `palm`: the command line.

mod command;
mod demo;

use std::process::ExitCode;

use clap::Parser as _;

/// Settles how glibc allocates, before there is a second thread. Pushes are taken apart on many threads and dropped by
/// one: with an arena for each thread, and a threshold that grows with the largest buffer ever freed, glibc keeps twice
/// the memory that is in use. Elsewhere the allocator is left as it is.
fn settle_the_allocator() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const ARENAS: i32 = 2;
        const MAPPED_FROM_BYTES: i32 = 128 << 10;
        for (parameter, value) in [(libc::M_ARENA_MAX, ARENAS), (libc::M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)] {
            #[expect(unsafe_code, reason = "the C library has no other way, and one thread runs")]
            // SAFETY: takes two numbers and touches no memory of ours; no other thread exists that could allocate.
            let _whether_it_was_taken = unsafe { libc::mallopt(parameter, value) };
        }
    }
}

fn main() -> ExitCode {
    settle_the_allocator();
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
