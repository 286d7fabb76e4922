//! Bounds of a file. A file beyond one of them is refused as a whole, with the bound.

/// Bytes of a file.
pub const FILE: usize = 32 << 20;
/// Entries of an XLSX file, which is a ZIP archive. Excel writes some twenty.
pub const ENTRIES: usize = 1_000;
/// Bytes of all entries of an XLSX file together, unpacked.
pub const UNPACKED: u64 = 512 << 20;
/// Sheets.
pub const SHEETS: usize = 64;
/// Rows of all sheets together.
pub const ROWS: usize = 200_000;
/// Columns of a sheet.
pub const COLUMNS: usize = 256;
/// Cells of all sheets together that are not empty; a merged cell counts as often as it covers one.
pub const CELLS: usize = 4_000_000;
/// Characters of a cell; Excel allows 32,767.
pub const CHARACTERS: usize = 32_767;
