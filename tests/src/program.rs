//! Where programs and files are.

use std::env;
use std::path::PathBuf;

/// The workspace's root.
pub fn workspace() -> PathBuf {
    // Asked at run time: with a target folder shared between checkouts, the program may have been built in another one.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.parent().unwrap_or(&manifest).to_path_buf()
}

/// A program of the workspace: named by an environment variable, or beside the running test.
pub fn program(variable: &str, name: &str) -> PathBuf {
    let beside = || {
        let test = env::current_exe().expect("a running program knows its own file");
        test.ancestors().map(|folder| folder.join(name)).find(|file| file.is_file())
    };
    let file = env::var_os(variable).map(PathBuf::from).or_else(beside);
    file.filter(|file| file.is_file())
        .unwrap_or_else(|| panic!("the program {name} is not built; run cargo build --workspace, or set {variable}"))
}
