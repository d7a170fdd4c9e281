//! Rebuilds the embedded migrations when one of them changes.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
