//! Output of commands.
//!
//! Promise: a closed pipe (`palm seed | head`) ends the output and is not an error.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

/// Prints one line on standard output. A closed pipe ends the program quietly, because the command has done its work.
pub fn line(text: impl Display) {
    if let Err(error) = writeln!(std::io::stdout().lock(), "{text}")
        && error.kind() == ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
}
