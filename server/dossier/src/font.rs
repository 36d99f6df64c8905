//! The fonts of dossiers, and what they cannot print. No font of the machine is ever used: the same dossier looks the same
//! everywhere.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::language::Language;

/// Subsets of Noto Sans CJK (`assets/fonts/subset.py`): Chinese, Japanese, and Korean for names in it; and bold ones, which hold
/// little but the dossiers' own words.
const FILES: [&[u8]; 5] = [
    include_bytes!("../../../assets/fonts/text-sc.otf"),
    include_bytes!("../../../assets/fonts/text-jp.otf"),
    include_bytes!("../../../assets/fonts/labels-kr.ttf"),
    include_bytes!("../../../assets/fonts/bold-sc.otf"),
    include_bytes!("../../../assets/fonts/bold-jp.otf"),
];
const FAMILIES: [&str; 3] = ["Cloudsite Text SC", "Cloudsite Text JP", "Cloudsite Labels KR"];
const BOLD: [&str; 2] = ["Cloudsite Bold SC", "Cloudsite Bold JP"];

/// A space at which no line ends.
const NO_BREAK: char = '\u{A0}';

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

/// The families of headings, first to last. What the bold one has no glyph for is set in the usual ones.
pub(crate) const fn bold_families(language: Language) -> [&'static str; 4] {
    let [first, second, third] = families(language);
    let bold = match language {
        Language::Ja => BOLD[1],
        Language::Zh | Language::En => BOLD[0],
    };
    [bold, first, second, third]
}

/// A text with each character that no font prints in the form `[U+1F600]`; those are added to `missing`. No line ends between a
/// number and its unit, or between a sign of comparison and its number.
pub(crate) fn printable(text: &str, missing: &mut BTreeSet<char>) -> String {
    let fonts = Fonts::shared();
    let mut printed = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' ' if printed.ends_with(|last: char| last.is_ascii_digit() || last == '≥' || last == '≤') => {
                printed.push(NO_BREAK);
            }
            '\n' | '\t' | '\r' => printed.push(' '),
            // What steers how a text runs is no text: it could turn a line around.
            _ if character.is_control() || is_directive(character) => {}
            _ if fonts.prints(character) => printed.push(character),
            // Of CO₂ the number is read on the line as well.
            '₀'..='₉' => printed.extend(char::from_digit(u32::from(character) - u32::from('₀'), 10)),
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
        assert_eq!(names, [FAMILIES.as_slice(), &BOLD].concat());
    }

    #[test]
    fn headings_are_bold_in_every_language() {
        for language in Language::ALL {
            let family = bold_families(language)[0];
            let mut fonts = Fonts::shared().fonts.iter();
            let bold = fonts.find(|font| font.info().family == family).expect("a bold font");
            assert!(bold.info().variant.weight.to_number() >= 700, "{family}");
            let words = language.headings();
            let thin: BTreeSet<char> =
                words.chars().filter(|one| !bold.info().coverage.contains(u32::from(*one))).collect();
            assert_eq!(thin, BTreeSet::new(), "{family}: make the fonts anew with `cargo xtask gen fonts`");
        }
    }

    #[test]
    fn what_no_font_prints_is_given_by_its_number() {
        let mut missing = BTreeSet::new();
        let text = "地块 \u{202e}鼐 ハイテク 갑 é CO₂ ℵ \u{1F600}\u{FE0F}\n龘";
        assert_eq!(printable(text, &mut missing), "地块 鼐 ハイテク 갑 é CO2\u{A0}[U+2135] [U+1F600] [U+9F98]");
        assert_eq!(missing.into_iter().collect::<String>(), "\u{2135}龘\u{1F600}");
    }

    #[test]
    fn every_word_of_the_dossiers_own_is_printed() {
        for language in Language::ALL {
            let mut missing = BTreeSet::new();
            printable(&language.own_words(), &mut missing);
            assert_eq!(missing, BTreeSet::new(), "{language:?}");
        }
    }

    #[test]
    fn a_number_stays_with_its_unit() {
        assert_eq!(
            printable("asked ≥ 1.5 MW, on 3 sites", &mut BTreeSet::new()),
            "asked ≥\u{A0}1.5\u{A0}MW, on 3\u{A0}sites"
        );
    }
}
