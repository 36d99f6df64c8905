//! The sections of a WebAssembly module.

use anyhow::{Context, Result, ensure};

const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";

/// A section of a module.
pub(crate) struct Section<'a> {
    /// What it is, by the number of the WebAssembly specification; 0 is a custom section.
    pub(crate) id: u8,
    /// What it holds.
    pub(crate) content: &'a [u8],
    /// All of it, with its number and its size.
    whole: &'a [u8],
}

/// All sections, in their order.
pub(crate) fn all(wasm: &[u8]) -> Result<Vec<Section<'_>>> {
    let mut rest = wasm.strip_prefix(PREAMBLE).context("not a WebAssembly module")?;
    let mut sections = Vec::new();
    while let [id, tail @ ..] = rest {
        let (size, tail) = leb128(tail).context("a section's size is cut off")?;
        ensure!(size <= tail.len(), "a section is cut off");
        let (content, after) = tail.split_at(size);
        sections.push(Section { id: *id, content, whole: &rest[..rest.len() - after.len()] });
        rest = after;
    }
    Ok(sections)
}

/// The module without its custom sections, which change nothing of what it does.
pub(crate) fn without_custom(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut kept = PREAMBLE.to_vec();
    for section in all(wasm)?.iter().filter(|section| section.id != 0) {
        kept.extend_from_slice(section.whole);
    }
    Ok(kept)
}

/// An unsigned number of variable length, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_sections_are_left_out_and_cut_modules_refused() {
        let mut wasm = PREAMBLE.to_vec();
        wasm.extend([10, 2, 7, 7]);
        let code = wasm.clone();
        wasm.extend([0, 0x81, 0x01]);
        wasm.extend([7; 129]);
        assert_eq!(without_custom(&wasm).unwrap(), code);
        assert_eq!(all(&wasm).unwrap().iter().map(|section| section.content.len()).collect::<Vec<_>>(), [2, 129]);
        wasm.pop();
        assert!(all(&wasm).is_err() && all(b"\0asm").is_err());
    }
}
