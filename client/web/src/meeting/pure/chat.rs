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

/// A line of one's own that has not been heard yet where the others hear it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unheard {
    pub(crate) number: u32,
    pub(crate) text: String,
    pub(crate) parcel: String,
    /// Whether the server has taken it.
    taken: bool,
}

/// The lines of one's own that are on their way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outgoing {
    last: u32,
    lines: Vec<Unheard>,
}

impl Outgoing {
    /// A line is said; its number.
    pub(crate) fn say(&mut self, text: String, parcel: String) -> u32 {
        self.last = self.last.wrapping_add(1);
        self.lines.push(Unheard { number: self.last, text, parcel, taken: false });
        self.last
    }

    /// The server has taken one.
    pub(crate) fn take(&mut self, number: u32) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.number == number) {
            line.taken = true;
        }
    }

    /// The server takes one not, which is given back.
    pub(crate) fn refuse(&mut self, number: u32) -> Option<Unheard> {
        let index = self.lines.iter().position(|line| line.number == number)?;
        Some(self.lines.remove(index))
    }

    /// One was heard among the others'.
    pub(crate) fn hear(&mut self, text: &str, parcel: &str) {
        if let Some(index) = self.lines.iter().position(|line| line.text == text && line.parcel == parcel) {
            self.lines.remove(index);
        }
    }

    /// Another stream begins: those that the server has taken, and whose echo was lost with the one before.
    pub(crate) fn begin_anew(&mut self) -> Vec<Unheard> {
        self.lines.extract_if(.., |line| line.taken).collect()
    }

    /// Those that are on their way.
    pub(crate) fn lines(&self) -> &[Unheard] {
        &self.lines
    }
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
    fn a_line_is_on_its_way_until_it_is_heard() {
        let mut outgoing = Outgoing::default();
        let (none, text) = (String::new(), |text: &str| text.to_owned());
        let [first, second, again] = ["a", "b", "a"].map(|line| outgoing.say(text(line), none.clone()));
        let ways = |outgoing: &Outgoing| outgoing.lines().iter().map(|line| line.number).collect::<Vec<_>>();
        outgoing.hear("c", "");
        outgoing.hear("a", "BZ-04");
        assert_eq!(ways(&outgoing), [first, second, again], "those are others");
        outgoing.hear("a", "");
        assert_eq!(ways(&outgoing), [second, again], "the one that was said first is heard first");
        assert_eq!(outgoing.refuse(second).map(|line| line.text), Some(text("b")), "it goes back to whoever wrote it");
        assert_eq!(outgoing.refuse(second), None);
        let third = outgoing.say(text("d"), none);
        outgoing.take(again);
        assert_eq!(outgoing.begin_anew().into_iter().map(|line| line.number).collect::<Vec<_>>(), [again]);
        assert_eq!(ways(&outgoing), [third], "what was not taken still has to go");
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
