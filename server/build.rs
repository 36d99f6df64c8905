//! Puts the web client, where it was built, into the folder that the binary embeds.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The environment variable that names the built web client's folder.
const WEB_DIST: &str = "CLOUDSITE_WEB_DIST";

/// What is served where the web client was not built.
const PLACEHOLDER: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Cloudsite</title>
<h1>The server runs; the page was not built into it</h1>
<p><code>cargo xtask up</code> builds the page and the viewer and starts a server that has them.</p>
<p>Tiles are at <a href="/tiles/tilejson.json">/tiles/tilejson.json</a>, and gRPC answers on this port.</p>
</html>
"#;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={WEB_DIST}");
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?.join("web");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    match env::var_os(WEB_DIST).filter(|folder| !folder.is_empty()) {
        Some(dist) => {
            println!("cargo::rerun-if-changed={}", Path::new(&dist).display());
            copy(Path::new(&dist), &out)
        }
        None => fs::write(out.join("index.html"), PLACEHOLDER),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
