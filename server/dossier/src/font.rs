//! The fonts of dossiers, and what they cannot print. No font of the machine is ever used: the same dossier looks the same
//! everywhere.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::language::Language;

/// Subsets of Noto Sans CJK (`assets/fonts/subset.py`): Chinese, Japanese, and Korean for names in it.
const FILES: [&[u8]; 3] = [
    include_bytes!("../../../assets/fonts/text-sc.otf"),
    include_bytes!("../../../assets/fonts/text-jp.otf"),
    include_bytes!("../../../assets/fonts/labels-kr.ttf"),
];
const FAMILIES: [&str; 3] = ["Cloudsite Text SC", "Cloudsite Text JP", "Cloudsite Labels KR"];

/// The fonts, read once.
pub(crate) struct Fonts {
    pub(crate) fonts: Vec<Font>,
    pub(crate) book: LazyHash<FontBook>,
}

impl Fonts {
    /// Those that the program has.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Fonts> = LazyLock::new(|| {
            let fonts: Vec<Font> = FILES.into_iter().filter_map(|file| Font::new(Bytes::new(file), 0)).collect();
            let book = LazyHash::new(FontBook::from_fonts(&fonts));
            Fonts { fonts, book }
        });
        &SHARED
    }

    fn prints(&self, character: char) -> bool {
        let code = u32::from(character);
        self.fonts.iter().any(|font| font.info().coverage.contains(code))
    }
}

/// The families in which a language looks for a glyph, first to last: Han characters look different in China and Japan.
pub(crate) const fn families(language: Language) -> [&'static str; 3] {
    match language {
        Language::Ja => [FAMILIES[1], FAMILIES[0], FAMILIES[2]],
        Language::Zh | Language::En => FAMILIES,
    }
}

/// A text with each character that no font prints in the form `[U+1F600]`; those are added to `missing`.
pub(crate) fn printable(text: &str, missing: &mut BTreeSet<char>) -> String {
    let fonts = Fonts::shared();
    let mut printed = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' | '\r' => printed.push(' '),
            // What steers how a text runs is no text: it could turn a line around.
            _ if character.is_control() || is_directive(character) => {}
            _ if fonts.prints(character) => printed.push(character),
            _ => {
                missing.insert(character);
                printed.push_str(&code_point(character));
            }
        }
    }
    printed
}

/// A character by its number.
pub(crate) fn code_point(character: char) -> String {
    format!("[U+{:04X}]", u32::from(character))
}

/// Marks of direction, joiners and selectors of variants, which nobody sees.
fn is_directive(character: char) -> bool {
    matches!(u32::from(character), 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFE00..=0xFE0F | 0xFEFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_is_read_and_called_what_the_template_calls_it() {
        let fonts = Fonts::shared();
        let names: Vec<&str> = fonts.fonts.iter().map(|font| font.info().family.as_str()).collect();
        assert_eq!(names, FAMILIES);
    }

    #[test]
    fn what_no_font_prints_is_given_by_its_number() {
        let mut missing = BTreeSet::new();
        let text = "地块 \u{202e}鼐 ハイテク 갑 é ₂ \u{1F600}\u{FE0F}\n龘";
        assert_eq!(printable(text, &mut missing), "地块 鼐 ハイテク 갑 é [U+2082] [U+1F600] [U+9F98]");
        assert_eq!(missing.into_iter().collect::<String>(), "\u{2082}龘\u{1F600}");
    }
}
