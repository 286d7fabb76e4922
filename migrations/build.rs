//! Embedded SQL is read at build time: a changed file must be read again.
fn main() {
    for directory in ["sqlite", "postgres", "device"] {
        println!("cargo:rerun-if-changed={directory}");
    }
}
