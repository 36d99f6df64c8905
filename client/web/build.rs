//! Tells the linker to keep what `cargo xtask` needs to split off what only those use who keep the record.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_ARCH").is_some_and(|architecture| architecture == "wasm32") {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
