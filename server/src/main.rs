//! `palm`: the command line.

mod command;
mod demo;

use std::process::ExitCode;

use clap::Parser as _;

// Pushes are taken apart on many threads and dropped by one: glibc keeps a heap for each of them and gives none back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
