//! Names of at most ten bytes, and texts in pieces of at most 254: what a `.dbf` has room for.

/// The longest name of a column, bytes; the eleventh is a zero.
const NAME_BYTES: usize = 10;

/// The longest text of a column, bytes: what all programs read.
pub(super) const TEXT_BYTES: usize = 254;

/// The beginning of `text` of at most `most` bytes.
fn beginning(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A name that is not in `used`, which it then is: `name` itself if it is short enough, else its beginning and a number.
pub(super) fn short(name: &str, used: &mut Vec<String>) -> String {
    let mut found = beginning(name, NAME_BYTES).to_owned();
    let mut number = 1;
    while used.contains(&found.to_lowercase()) {
        number += 1;
        let number = format!("_{number}");
        found = format!("{}{number}", beginning(name, NAME_BYTES - number.len()));
    }
    used.push(found.to_lowercase());
    found
}

/// The text in pieces that fit a column. No piece ends in a space, which a column would lose, unless the text does.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut left = text;
    while left.len() > TEXT_BYTES {
        let whole = beginning(left, TEXT_BYTES);
        let kept = whole.trim_end_matches([' ', '\0']);
        // A column of spaces alone cannot be kept.
        let piece = if kept.is_empty() { whole } else { kept };
        pieces.push(piece);
        left = &left[piece.len()..];
    }
    pieces.push(left);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_and_told_apart() {
        let mut used = Vec::new();
        let cases = [
            ("code", "code"),
            ("plot_ratio_min", "plot_ratio"),
            ("plot_ratio_max", "plot_rat_2"),
            ("Code", "Code_2"),
            ("建筑密度上限", "建筑密"),
            ("建筑密度下限", "建筑_2"),
        ];
        for (name, expected) in cases {
            let found = short(name, &mut used);
            assert_eq!(found, expected, "{name}");
            assert!(found.len() <= NAME_BYTES, "{found}");
        }
    }

    #[test]
    fn texts_come_in_pieces_that_make_them_again() {
        let long = "厂房 ".repeat(200);
        for text in ["", "short", long.trim_end(), &"x".repeat(254), &"x".repeat(255)] {
            let pieces = pieces(text);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| piece.len() <= TEXT_BYTES && piece.trim_end() == *piece), "{pieces:?}");
        }
    }
}
