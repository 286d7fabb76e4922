//! Tells cargo to rebuild when an embedded SQL file changes.
fn main() {
    for directory in ["sqlite", "postgres", "device"] {
        println!("cargo:rerun-if-changed={directory}");
    }
}
