//! Lays out the folder that the server serves to browsers.
//!
//! Files whose name holds a hash never change; `index.html` and each module's `manifest.json` name them and are written last,
//! so that a page loaded at any moment finds what it asks for at once. A piece that it fetches later may be gone by then.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::pieces::Pieces;
use crate::tools;
use crate::wasm::{Module, Profile};

/// What lays the folder out: when it is another, so is the folder.
const LAID_OUT_BY: &str = concat!(include_str!("dist.rs"), include_str!("pieces.rs"), include_str!("sections.rs"));

/// The folder that is served, and how its files are compressed.
#[derive(Debug)]
pub(crate) struct Dist {
    /// The folder.
    pub(crate) folder: PathBuf,
    brotli_quality: i32,
}

/// Script and module as they are called in the folder.
struct Bound {
    script: String,
    module: String,
    /// The folder of scripts that crates bring along.
    snippets: String,
    /// What was split off, and the script that fetches it.
    pieces: Vec<String>,
}

impl Bound {
    /// All that stands in the folder.
    fn names(&self) -> Vec<&str> {
        let own = [&self.script, &self.module, &self.snippets];
        own.into_iter().chain(&self.pieces).map(String::as_str).collect()
    }
}

impl Dist {
    /// The folder of a profile.
    pub(crate) fn of(profile: Profile) -> Self {
        let folder = tools::target_dir().join("web-dist").join(profile.name());
        let brotli_quality = match profile {
            Profile::Web => 5,
            Profile::DistWeb => 11,
        };
        Self { folder, brotli_quality }
    }

    /// Lays out a module, unless that was done from the same files before: a stamp beside the folder tells.
    pub(crate) fn lay_out(&self, module: Module, compiled: &Path) -> Result<()> {
        let mut sources = vec![compiled.to_path_buf()];
        if module == Module::Page {
            sources.extend(["index.html", "boot.js", "style.css"].map(|name| templates().join(name)));
            sources.extend(fonts()?);
        }
        let mut hash = Sha256::new();
        hash.update([self.brotli_quality as u8]);
        hash.update(LAID_OUT_BY);
        // What splits and binds modules is another with another version.
        hash.update(fs::read(tools::root().join("Cargo.lock"))?);
        for source in &sources {
            hash.update(fs::read(source).with_context(|| format!("cannot read {}", source.display()))?);
        }
        let stamp = hex(&hash.finalize());
        let stamp_file = self.folder.with_extension(format!("{}.stamp", module.name()));
        if self.folder.is_dir() && fs::read_to_string(&stamp_file).is_ok_and(|laid_out| laid_out == stamp) {
            return Ok(());
        }
        match module {
            Module::Page => self.lay_out_page(compiled)?,
            Module::Rules | Module::Viewer => self.lay_out_later(module, compiled)?,
        }
        fs::write(stamp_file, stamp)?;
        Ok(())
    }

    fn lay_out_page(&self, compiled: &Path) -> Result<()> {
        fs::create_dir_all(self.folder.join("fonts"))?;
        for font in fonts()? {
            let name = font.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.write(&format!("fonts/{name}"), &fs::read(&font)?)?;
        }
        let page = self.bind(Module::Page, compiled, "")?;
        let tokens = [("page_js", page.script.as_str()), ("page_wasm", page.module.as_str())];
        let style = self.write_hashed("style", "css", &filled("style.css", &tokens)?)?;
        let boot = self.write_hashed("boot", "js", &filled("boot.js", &tokens)?)?;
        let [script, module] = tokens;
        let index = filled("index.html", &[script, module, ("style", &style), ("boot", &boot)])?;
        self.write("index.html", index.as_bytes())?;
        let kept = [page.names(), vec![&style, &boot]].concat();
        self.sweep("", &["page-", "page_", "boot-", "style-", "snippets-"], &kept)
    }

    /// Lays out a module that the page fetches when it needs it: in a folder of its own, whose manifest names it.
    fn lay_out_later(&self, module: Module, compiled: &Path) -> Result<()> {
        let name = module.name();
        fs::create_dir_all(self.folder.join(name))?;
        let bound = self.bind(module, compiled, &format!("{name}/"))?;
        let module = self.folder.join(name).join(&bound.module);
        let manifest = json!({
            "js": bound.script,
            "wasm": bound.module,
            "wasm_bytes": fs::metadata(&module)?.len(),
            "wasm_download_bytes": fs::metadata(compressed_name(&module))?.len(),
        });
        // Never compressed: it is a few bytes, and a second file would have to change at the same moment.
        replace(&self.folder.join(name).join("manifest.json"), manifest.to_string().as_bytes())?;
        self.sweep(name, &[&format!("{name}-"), &format!("{name}_bg-"), "snippets-"], &bound.names())
    }

    /// Makes the script that loads a compiled module, and writes both under names that hold their hash.
    fn bind(&self, module: Module, compiled: &Path, within: &str) -> Result<Bound> {
        let made = tempfile::tempdir()?;
        let name = module.name();
        let pieces = match module {
            Module::Page => Pieces::split(compiled, name, made.path())?,
            Module::Rules | Module::Viewer => Pieces::none(compiled),
        };
        Bindgen::new()
            .input_path(&pieces.main)
            .out_name(name)
            .web(true)?
            .typescript(false)
            // Memory and functions that pieces share with the module.
            .keep_lld_exports(!pieces.files.is_empty())
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(made.path())
            .with_context(|| format!("wasm-bindgen refuses {}", compiled.display()))?;
        let wasm = fs::read(made.path().join(format!("{name}_bg.wasm")))?;
        let script = fs::read_to_string(made.path().join(format!("{name}.js")))?;
        let mut snippets = Vec::new();
        gather(&made.path().join("snippets"), Path::new(""), &mut snippets)?;
        let mut parts: Vec<&[u8]> = vec![LAID_OUT_BY.as_bytes(), &wasm, script.as_bytes()];
        parts.extend(snippets.iter().map(|(_, content)| content.as_slice()));
        parts.extend(pieces.files.iter().map(|piece| piece.content.as_slice()));
        let hash = short_hash(&parts);
        let bound = Bound {
            script: format!("{name}-{hash}.js"),
            module: format!("{name}_bg-{hash}.wasm"),
            snippets: format!("snippets-{hash}"),
            pieces: pieces.files.iter().map(|piece| piece.served_as(name, &hash)).collect(),
        };
        let script = script.replace(&format!("{name}_bg.wasm"), &bound.module);
        let script = pieces.renamed(&script, name, &hash);
        // Only where they are imported: the module asks for them under the names that wasm-bindgen gave them.
        let script = ['\'', '"'].iter().fold(script, |script, quote| {
            script.replace(&format!("from {quote}./snippets/"), &format!("from {quote}./{}/", bound.snippets))
        });
        for (file, content) in &snippets {
            self.write(&format!("{within}{}/{}", bound.snippets, file.display()), content)?;
        }
        for (piece, file) in pieces.files.iter().zip(&bound.pieces) {
            let content = match piece.text() {
                Some(text) => {
                    let text = text.replace(&format!("./{name}.js"), &format!("./{}", bound.script));
                    pieces.renamed(&text, name, &hash).into_bytes()
                }
                None => piece.content.clone(),
            };
            self.write(&format!("{within}{file}"), &content)?;
        }
        self.write(&format!("{within}{}", bound.module), &wasm)?;
        self.write(&format!("{within}{}", bound.script), script.as_bytes())?;
        Ok(bound)
    }

    fn write_hashed(&self, name: &str, ending: &str, content: &str) -> Result<String> {
        let file = format!("{name}-{}.{ending}", short_hash(&[content.as_bytes()]));
        self.write(&file, content.as_bytes())?;
        Ok(file)
    }

    /// Writes a file and, beside it, the same compressed.
    fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let file = self.folder.join(name);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut compressed = Vec::new();
        let how = brotli::enc::BrotliEncoderParams {
            quality: self.brotli_quality,
            lgwin: 24,
            size_hint: content.len(),
            ..Default::default()
        };
        brotli::BrotliCompress(&mut &content[..], &mut compressed, &how)?;
        replace(&compressed_name(&file), &compressed)?;
        replace(&file, content)
    }

    /// Removes what earlier builds left under names of these beginnings.
    fn sweep(&self, within: &str, beginnings: &[&str], kept: &[&str]) -> Result<()> {
        for entry in fs::read_dir(self.folder.join(within))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let plain = name.strip_suffix(".br").unwrap_or(&name);
            if beginnings.iter().any(|beginning| name.starts_with(beginning)) && !kept.contains(&plain) {
                if entry.file_type()?.is_dir() {
                    fs::remove_dir_all(entry.path())?;
                } else {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }
}

/// All files below a folder, in a settled order, by their path within it; none if there is no such folder.
fn gather(folder: &Path, within: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = within.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &name, files)?;
        } else {
            files.push((name, fs::read(entry.path())?));
        }
    }
    Ok(())
}

fn templates() -> PathBuf {
    tools::root().join("client/web")
}

/// The fonts of the viewer's labels, by name.
fn fonts() -> Result<Vec<PathBuf>> {
    let folder = tools::root().join("assets/fonts");
    let mut fonts = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("labels-") && name.ends_with(".ttf") {
            fonts.push(file);
        }
    }
    fonts.sort();
    Ok(fonts)
}

/// A template with its tokens filled in.
fn filled(name: &str, tokens: &[(&str, &str)]) -> Result<String> {
    let file = templates().join(name);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(fill(&text, tokens))
}

fn fill(text: &str, tokens: &[(&str, &str)]) -> String {
    tokens.iter().fold(text.to_owned(), |text, (token, value)| text.replace(&format!("{{{{{token}}}}}"), value))
}

/// Puts a file in place at once, so that nobody reads half of it.
fn replace(file: &Path, content: &[u8]) -> Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = file.with_file_name(name);
    fs::write(&fresh, content).with_context(|| format!("cannot write {}", fresh.display()))?;
    fs::rename(&fresh, file).with_context(|| format!("cannot write {}", file.display()))
}

/// The compressed file beside a file.
pub(crate) fn compressed_name(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".br");
    file.with_file_name(name)
}

fn short_hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hex(&hash.finalize()[..6])
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dist(folder: &Path) -> Dist {
        Dist { folder: folder.to_path_buf(), brotli_quality: 5 }
    }

    #[test]
    fn tokens_are_filled_in() {
        let text = fill("<link href=\"/{{style}}\"> {{boot}} {{unknown}}", &[("style", "s.css"), ("boot", "b.js")]);
        assert_eq!(text, "<link href=\"/s.css\"> b.js {{unknown}}");
    }

    #[test]
    fn a_file_stands_beside_its_compressed_self() {
        let folder = tempfile::tempdir().unwrap();
        let text = "park ".repeat(1000);
        dist(folder.path()).write("a/b.js", text.as_bytes()).unwrap();
        let compressed = fs::read(folder.path().join("a/b.js.br")).unwrap();
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut compressed.as_slice(), &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
        assert_eq!(fs::read(folder.path().join("a/b.js")).unwrap(), plain);
        assert!(compressed.len() < 100);
    }

    #[test]
    fn the_hash_in_a_name_follows_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let dist = dist(folder.path());
        let first = dist.write_hashed("style", "css", "a{}").unwrap();
        assert_eq!(first, dist.write_hashed("style", "css", "a{}").unwrap());
        assert_ne!(first, dist.write_hashed("style", "css", "b{}").unwrap());
    }

    #[test]
    fn only_what_is_out_of_use_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let dist = dist(folder.path());
        for name in ["page-1.js", "page-2.js", "index.html"] {
            dist.write(name, b"x").unwrap();
        }
        dist.sweep("", &["page-"], &["page-2.js"]).unwrap();
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, ["index.html", "index.html.br", "page-2.js", "page-2.js.br"]);
    }
}
