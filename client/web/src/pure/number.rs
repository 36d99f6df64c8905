//! Numbers as people read them.

use cloudsite_domain::record::Language;
use cloudsite_domain::units::AreaUnit;

use super::text::text;

/// A number with separators of thousands. Chinese, English and Japanese separate alike; German does not.
pub(crate) fn number(value: f64, decimals: usize, language: Language) -> String {
    let (thousands, decimal) = if language == Language::De { ('.', ',') } else { (',', '.') };
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut written = String::new();
    if value < 0.0 && plain.bytes().any(|digit| digit.is_ascii_digit() && digit != b'0') {
        written.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            written.push(thousands);
        }
        written.push(digit);
    }
    if !fraction.is_empty() {
        written.push(decimal);
        written.push_str(fraction);
    }
    written
}

/// A number with as many decimals as it has, at most three.
pub(crate) fn short_number(value: f64, language: Language) -> String {
    let decimals = (0..3).find(|decimals| {
        let scale = 10_f64.powi(*decimals);
        ((value * scale).round() / scale - value).abs() < 5e-4
    });
    number(value, decimals.unwrap_or(3) as usize, language)
}

/// The text key of a unit's name.
pub(crate) const fn unit_key(unit: AreaUnit) -> &'static str {
    match unit {
        AreaUnit::SquareMetre => "unit.square_metre",
        AreaUnit::Hectare => "unit.hectare",
        AreaUnit::Mu => "unit.mu",
        AreaUnit::Acre => "unit.acre",
        AreaUnit::Tsubo => "unit.tsubo",
    }
}

/// How a unit is written in a link.
pub(crate) const fn unit_tag(unit: AreaUnit) -> &'static str {
    match unit {
        AreaUnit::SquareMetre => "m2",
        AreaUnit::Hectare => "ha",
        AreaUnit::Mu => "mu",
        AreaUnit::Acre => "acre",
        AreaUnit::Tsubo => "tsubo",
    }
}

/// The unit that a reader of this language most likely thinks in.
pub(crate) const fn customary_unit(language: Language) -> AreaUnit {
    match language {
        Language::Zh => AreaUnit::Mu,
        Language::Ja => AreaUnit::Tsubo,
        Language::En | Language::Ko | Language::De => AreaUnit::Hectare,
    }
}

/// Decimals that tell parcels of a few hectares apart.
const fn area_decimals(unit: AreaUnit) -> usize {
    match unit {
        AreaUnit::SquareMetre | AreaUnit::Tsubo => 0,
        AreaUnit::Mu => 1,
        AreaUnit::Hectare | AreaUnit::Acre => 2,
    }
}

/// An area, given in square metres, in a unit with its name.
pub(crate) fn area(area_m2: f64, unit: AreaUnit, language: Language) -> String {
    let value = number(unit.from_m2(area_m2), area_decimals(unit), language);
    format!("{value} {}", text(language, unit_key(unit)))
}

/// A bound of an area as it stands in an input field: no separators, no needless decimals.
pub(crate) fn area_input(area_m2: Option<f64>, unit: AreaUnit) -> String {
    let decimals = area_decimals(unit);
    area_m2.map_or_else(String::new, |m2| {
        let written = format!("{:.decimals$}", unit.from_m2(m2));
        if written.contains('.') { written.trim_end_matches('0').trim_end_matches('.').to_owned() } else { written }
    })
}

/// A number that someone typed, in half- or full-width digits, with or without separators. Nothing if it is none, is
/// negative or is not finite.
pub(crate) fn typed(input: &str) -> Option<f64> {
    let plain: String = input
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from(b'0' + (c as u32 - '０' as u32) as u8),
            '．' => '.',
            '，' => ',',
            other => other,
        })
        .filter(|c| !c.is_whitespace())
        .collect();
    let (whole, parts) = plain.split_once('.').unwrap_or((&plain, ""));
    // Half the world writes 6,5 for six and a half: a comma is passed over only where it can part nothing but thousands.
    let mut groups = whole.split(',');
    let is_first = groups.next().is_some_and(|first| !whole.contains(',') || (1..=3).contains(&first.len()));
    if !is_first || !groups.all(|group| group.len() == 3) || parts.contains(',') {
        return None;
    }
    plain.replace(',', "").parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated_as_the_language_does() {
        let cases = [
            (0.0, 0, Language::Zh, "0"),
            (999.6, 0, Language::En, "1,000"),
            (1_234_567.891, 2, Language::Ja, "1,234,567.89"),
            (1_234.5, 1, Language::De, "1.234,5"),
            (-1_234.0, 0, Language::En, "-1,234"),
            (-0.2, 0, Language::En, "0"),
        ];
        for (value, decimals, language, expected) in cases {
            assert_eq!(number(value, decimals, language), expected, "{value} with {decimals}");
        }
    }

    #[test]
    fn short_numbers_have_no_needless_decimals() {
        for (value, expected) in [(2.0, "2"), (2.5, "2.5"), (0.35, "0.35"), (1.0 / 3.0, "0.333"), (12_000.0, "12,000")]
        {
            assert_eq!(short_number(value, Language::En), expected, "{value}");
        }
    }

    #[test]
    fn areas_are_written_in_each_unit() {
        let cases = [
            (AreaUnit::SquareMetre, Language::En, "100,000 m²"),
            (AreaUnit::Hectare, Language::Zh, "10.00 公顷"),
            (AreaUnit::Mu, Language::Zh, "150.0 亩"),
            (AreaUnit::Acre, Language::En, "24.71 acre"),
            (AreaUnit::Tsubo, Language::Ja, "30,250 坪"),
        ];
        for (unit, language, expected) in cases {
            assert_eq!(area(100_000.0, unit, language), expected);
        }
    }

    #[test]
    fn what_is_typed_is_read_or_is_nothing() {
        let cases = [
            ("12000", Some(12_000.0)),
            (" 12,000.5 ", Some(12_000.5)),
            ("１２．５", Some(12.5)),
            ("１，２００", Some(1_200.0)),
            ("1,200,000", Some(1_200_000.0)),
            ("6,5", None),
            ("1,2000", None),
            (",200", None),
            ("0.5,5", None),
            ("", None),
            ("-3", None),
            ("inf", None),
            ("ten", None),
        ];
        for (input, expected) in cases {
            assert_eq!(typed(input), expected, "{input:?}");
        }
    }

    #[test]
    fn an_input_shows_what_was_typed() {
        let cases =
            [(AreaUnit::Mu, 150.0, "150"), (AreaUnit::Hectare, 2.5, "2.5"), (AreaUnit::SquareMetre, 1000.0, "1000")];
        for (unit, value, expected) in cases {
            assert_eq!(area_input(Some(unit.to_m2(value)), unit), expected);
        }
        assert_eq!(area_input(None, AreaUnit::Mu), "");
    }
}
