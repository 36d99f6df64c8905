//! Splits off a module what only some readers use, so that the others do not download it.
//!
//! Where it is split is said in the source, by `wasm_split`; what is split off is all that can be reached from there and
//! from nowhere else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

use crate::sections;

/// The script that fetches pieces, as the module asks for it.
const LINK: &str = "__wasm_split.js";

/// A module in pieces.
#[derive(Debug)]
pub(crate) struct Pieces {
    /// The module without what was split off, for wasm-bindgen.
    pub(crate) main: PathBuf,
    /// What was split off, and the script that fetches it.
    pub(crate) files: Vec<Piece>,
}

/// A file that belongs to a module.
#[derive(Debug)]
pub(crate) struct Piece {
    /// As the other files call it.
    name: String,
    pub(crate) content: Vec<u8>,
}

impl Pieces {
    /// A module that is not split.
    pub(crate) fn none(compiled: &Path) -> Self {
        Self { main: compiled.to_path_buf(), files: Vec::new() }
    }

    /// Splits a compiled module, whose script will be called `{name}.js`, in a folder for files in between.
    pub(crate) fn split(compiled: &Path, name: &str, folder: &Path) -> Result<Self> {
        let input = fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
        let (output, main) = (folder.join("pieces"), folder.join("main.wasm"));
        let (link, script) = (format!("./{LINK}"), format!("./{name}.js"));
        let mut options = Options::new(&input);
        options.output_dir = &output;
        options.main_out_path = &main;
        options.link_name = &link;
        options.main_module = &script;
        let split = transform(options).map_err(|error| anyhow!("cannot split {}: {error:#}", compiled.display()))?;
        let mut paths = split.split_modules;
        ensure!(!paths.is_empty(), "nothing was split off {}: its split points are gone", compiled.display());
        paths.push(output.join(LINK));
        paths.sort();
        let piece = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            // Names of functions, which wasm-bindgen takes out of the rest.
            let content = if name == LINK { content } else { sections::without_custom(&content)? };
            Ok(Piece { name, content })
        };
        Ok(Self { main, files: paths.iter().map(piece).collect::<Result<_>>()? })
    }

    /// A script that fetches pieces as they are served. Only where they are fetched: a module asks for its imports under
    /// the names that it was compiled with.
    pub(crate) fn renamed(&self, script: &str, module: &str, hash: &str) -> String {
        self.files.iter().fold(script.to_owned(), |script, piece| {
            let served = piece.served_as(module, hash);
            ["from '", "from \"", "new URL(\""].iter().fold(script, |script, before| {
                script.replace(&format!("{before}./{}", piece.name), &format!("{before}./{served}"))
            })
        })
    }
}

impl Piece {
    /// The name under which it is served.
    pub(crate) fn served_as(&self, module: &str, hash: &str) -> String {
        let (stem, ending) = self.name.rsplit_once('.').unwrap_or((&self.name, ""));
        let stem = stem.trim_start_matches('_').replace("wasm_split", "pieces");
        format!("{module}_{}-{hash}.{ending}", stem.trim_start_matches("split_"))
    }

    /// Its text, if it is a script.
    pub(crate) fn text(&self) -> Option<&str> {
        if self.name == LINK { std::str::from_utf8(&self.content).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_called_by_one_name_everywhere() {
        let piece = |name: &str| Piece { name: name.to_owned(), content: b"x".to_vec() };
        let pieces = Pieces { main: PathBuf::new(), files: vec![piece(LINK), piece("split_keeping.wasm")] };
        let script =
            r#"import * as a from './__wasm_split.js'; new URL("./split_keeping.wasm"); {"./__wasm_split.js": a}"#;
        let expected =
            r#"import * as a from './page_pieces-12.js'; new URL("./page_keeping-12.wasm"); {"./__wasm_split.js": a}"#;
        assert_eq!(pieces.renamed(script, "page", "12"), expected);
        assert_eq!(pieces.files[0].text(), Some("x"));
        assert_eq!(pieces.files[1].text(), None, "a module is no text");
    }
}
