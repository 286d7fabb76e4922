//! Tables as offices keep them: XLSX and CSV files become rows under known headings, each value with its place.
//!
//! Promise: a file is bounded before it is read ([`limit`]); every cell keeps its sheet, row and column, so that a report
//! can name it; nothing is guessed: a value that a spreadsheet has damaged or that can be read in two ways is a
//! [`Fault`] with what to do. Not here: what the rows mean, and whether they agree with what is stored.

mod archive;
mod book;
mod delimited;
mod fault;
mod file;
mod heading;
pub mod limit;
mod value;
mod xlsx;

pub use book::{Book, Cell, Place, Row, Sheet};
pub use fault::{Fault, NotATable};
pub use file::read;
pub use heading::{Found, Heading, find};
pub use value::{code, date, digits, name, prose, text};
