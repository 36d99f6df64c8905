//! Lines of text, and the parcels that are named in them.

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// The number of a parcel.
    Parcel(String),
}

/// A line that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counts the lines.
    pub(crate) number: usize,
    /// Who said it, and what they are called.
    pub(crate) from: u32,
    pub(crate) name: String,
    /// When, seconds since 1970.
    pub(crate) at: i64,
    pub(crate) text: String,
    /// The parcel that it is about; empty is none.
    pub(crate) parcel: String,
}

/// The longest line, characters; as the contract has it.
pub(crate) const LONGEST: usize = 2_000;

/// Lines that are kept; beyond them the oldest go.
pub(crate) const MOST_LINES: usize = 500;

/// A line as it is shown: numbers of parcels, those that are known and those that look like one, are links.
pub(crate) fn pieces<'a>(text: &str, known: impl Iterator<Item = &'a str> + Clone) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = if is_part(before) && is_part(first) { 0 } else { parcel_at(rest, known.clone()) };
        if length == 0 {
            plain.push(first);
            before = first;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        if !plain.is_empty() {
            found.push(Piece::Text(std::mem::take(&mut plain)));
        }
        found.push(Piece::Parcel(rest[..length].to_owned()));
        before = '0';
        rest = &rest[length..];
    }
    if !plain.is_empty() {
        found.push(Piece::Text(plain));
    }
    found
}

/// How long the number of a parcel is that a text begins with, bytes; 0 if it begins with none.
fn parcel_at<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> usize {
    let ends_there = |length: usize| {
        let (last, next) = (text[..length].chars().next_back(), text[length..].chars().next());
        !(last.is_some_and(is_part) && next.is_some_and(is_part))
    };
    let known = known.filter(|code| !code.is_empty() && text.starts_with(code) && ends_there(code.len()));
    known.map(str::len).max().unwrap_or_else(|| looks_like_one(text))
}

/// The same of a number that nobody knows: capitals, a hyphen and digits.
fn looks_like_one(text: &str) -> usize {
    let run = text.find(|part: char| !is_part(part)).unwrap_or(text.len());
    let word = text[..run].trim_end_matches('-');
    let Some((letters, number)) = word.split_once('-') else { return 0 };
    let is_name = (1..=6).contains(&letters.len()) && letters.chars().all(|part| part.is_ascii_uppercase());
    let is_number = number.ends_with(|part: char| part.is_ascii_digit())
        && number.chars().all(|part| part == '-' || part.is_ascii_digit() || part.is_ascii_uppercase());
    if is_name && is_number { word.len() } else { 0 }
}

/// Whether a character can stand in the middle of a number. Han characters stand around it without a space.
const fn is_part(part: char) -> bool {
    part.is_ascii_alphanumeric() || part == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let known = ["BZ-04", "BZ-04-2", "锡新-2028-01"];
        let piece = |piece: Piece| match piece {
            Piece::Text(text) => text,
            Piece::Parcel(code) => format!("[{code}]"),
        };
        pieces(text, known.into_iter()).into_iter().map(piece).collect()
    }

    #[test]
    fn parcels_in_a_line_are_links() {
        let cases = [
            ("", ""),
            ("Look at BZ-04, please", "Look at [BZ-04], please"),
            ("BZ-04-2", "[BZ-04-2]"),
            ("请看BZ-04这块地", "请看[BZ-04]这块地"),
            ("锡新-2028-01和WND-001", "[锡新-2028-01]和[WND-001]"),
            ("BZ-045 is another one", "[BZ-045] is another one"),
            ("xBZ-04 and BZ-04x", "xBZ-04 and BZ-04x"),
            ("WND-001-", "[WND-001]-"),
            ("COVID, T-shirt, A-b1, 2026-03-12", "COVID, T-shirt, A-b1, 2026-03-12"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
