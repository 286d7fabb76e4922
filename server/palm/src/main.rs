//! `palm`: the command line.

mod command;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

/// Pushes are taken apart on many threads and dropped by one. With few arenas the threads of glibc's allocator wait for
/// each other, with many it keeps twice the memory that is in use; this one does neither. It serves SQLite, libpq and
/// TLS too; how soon it gives memory back is in `.cargo/config.toml`. Elsewhere the allocator is left as it is.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
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
