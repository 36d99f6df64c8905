//! The encodings that texts of files come in. A text that is not of its encoding is refused, never patched up.

use std::str::FromStr;

use encoding_rs::{BIG5, Encoding, GB18030, SHIFT_JIS, UTF_8};

/// How many differing texts a refusal shows as examples.
const MOST_EXAMPLES: usize = 3;

/// An encoding that can be named by a file or by `--encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextEncoding(&'static Encoding);

/// A name that is no encoding known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding '{0}'; known are UTF-8, GBK, GB18030, Shift_JIS and Big5")]
pub(crate) struct UnknownEncoding(String);

impl TextEncoding {
    pub(crate) const UTF_8: Self = Self(UTF_8);

    /// Those that are tried where a file does not say: what the region's programs write.
    const COMMON: [Self; 3] = [Self(GB18030), Self(SHIFT_JIS), Self(BIG5)];

    /// The encoding's name. GB18030 holds all of GBK and reads it alike, so it stands for both.
    pub(crate) fn name(self) -> &'static str {
        if self.0 == GB18030 { "GBK" } else { self.0.name() }
    }

    /// The text of `bytes`; `None` if they are not of this encoding.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        // A byte-order mark is no part of a text; only UTF-8's can stand before an encoding known here.
        let bytes = if self == Self::UTF_8 { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes) } else { bytes };
        self.0.decode_without_bom_handling_and_without_replacement(bytes).map(String::from)
    }

    /// The encoding with which all of `texts` are texts, if that is beyond doubt: UTF-8, which hardly anything else
    /// passes for. Else a sentence that shows what they would be in others.
    pub(crate) fn detect<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Result<Self, String> {
        let foreign: Vec<&[u8]> = texts.filter(|text| Self::UTF_8.decode(text).is_none()).take(MOST_EXAMPLES).collect();
        if foreign.is_empty() {
            return Ok(Self::UTF_8);
        }
        let read = Self::COMMON.into_iter().filter_map(|encoding| {
            let texts: Option<Vec<String>> = foreign.iter().map(|text| encoding.decode(text)).collect();
            let texts = texts?.iter().map(|text| format!("'{}'", text.trim())).collect::<Vec<_>>();
            Some(format!("{} {}", encoding.name(), texts.join(", ")))
        });
        let read: Vec<String> = read.collect();
        let as_others = if read.is_empty() { String::new() } else { format!(": read as {}", read.join("; as ")) };
        Err(format!(
            "its texts are not UTF-8 and it does not say what they are{as_others}. Import again with --encoding GBK, \
             GB18030, Shift_JIS or Big5"
        ))
    }
}

impl FromStr for TextEncoding {
    type Err = UnknownEncoding;

    /// Reads the names that people, `.cpg` files and Windows use.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.trim().trim_start_matches('\u{FEFF}').to_ascii_lowercase();
        let plain = plain.trim_start_matches("cp").trim_start_matches("ansi ").trim();
        let known = match plain {
            "utf-8" | "utf8" | "65001" | "ascii" | "us-ascii" | "20127" => Some(UTF_8),
            "gbk" | "gb2312" | "gb18030" | "936" | "54936" | "euc-cn" => Some(GB18030),
            "shift_jis" | "shift-jis" | "sjis" | "932" | "windows-31j" | "ms932" => Some(SHIFT_JIS),
            "big5" | "big-5" | "950" => Some(BIG5),
            _ => None,
        };
        known.map(Self).ok_or_else(|| UnknownEncoding(text.trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_people_write_them() {
        let cases = [
            ("UTF-8", Some("UTF-8")),
            ("65001\r\n", Some("UTF-8")),
            ("gb18030", Some("GBK")),
            ("CP936", Some("GBK")),
            ("ANSI 936", Some("GBK")),
            ("Shift_JIS", Some("Shift_JIS")),
            ("932", Some("Shift_JIS")),
            ("Big5", Some("Big5")),
            ("ISO-8859-1", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<TextEncoding>().ok().map(TextEncoding::name), expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_decoded_or_refused() {
        let gbk: TextEncoding = "GBK".parse().unwrap();
        assert_eq!(gbk.decode(b"\xCE\xDE\xCE\xFD").as_deref(), Some("无锡"));
        assert_eq!(gbk.decode(b"\xCE"), None, "half a character is none");
        let japanese: TextEncoding = "932".parse().unwrap();
        assert_eq!(japanese.decode(b"\x93\x8C\x8B\x9E").as_deref(), Some("東京"));
        assert_eq!(TextEncoding::UTF_8.decode(b"\xEF\xBB\xBFcode").as_deref(), Some("code"));
        assert_eq!(TextEncoding::UTF_8.decode(b"\xCE\xDE"), None);
    }

    #[test]
    fn what_is_not_utf_8_is_asked_for_with_examples() {
        assert_eq!(TextEncoding::detect([b"code".as_slice(), "无锡".as_bytes()].into_iter()), Ok(TextEncoding::UTF_8));
        let said = TextEncoding::detect([b"code".as_slice(), b"\xCE\xDE\xCE\xFD"].into_iter()).expect_err("it is GBK");
        assert!(said.contains("as GBK '无锡'") && said.contains("--encoding GBK"), "{said}");
    }
}
