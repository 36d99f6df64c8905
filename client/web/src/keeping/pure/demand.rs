//! Quarters that can be asked about, and units of what was asked.

use cloudsite_domain::siting::Quantity;

/// How many quarters are offered.
const OFFERED: i32 = 8;

/// The quarter of a day, `2026-11-26`, and those before it, the newest first; none if it is no day.
pub(crate) fn quarters(today: &str) -> Vec<String> {
    let mut parts = today.split('-').map(str::parse::<i32>);
    let (Some(Ok(year)), Some(Ok(month))) = (parts.next(), parts.next()) else { return Vec::new() };
    let newest = year * 4 + (month - 1) / 3;
    (0..OFFERED).map(|back| newest - back).map(|index| format!("{:04}-Q{}", index / 4, index % 4 + 1)).collect()
}

/// The unit that a need is asked in; none for words.
pub(crate) fn unit_of(need: &str) -> &'static str {
    match need {
        // A building is told by its area.
        "footprint" => "m²",
        _ => need.parse().map_or("", Quantity::unit),
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::siting::demand::Quarter;

    use super::*;

    #[test]
    fn quarters_go_back_over_the_year() {
        let all = quarters("2026-02-28");
        assert_eq!(all[..3], ["2026-Q1", "2025-Q4", "2025-Q3"]);
        assert_eq!(all.len(), 8);
        assert!(all.iter().all(|one| one.parse::<Quarter>().is_ok()), "{all:?}");
        assert_eq!(quarters("2026-12-01")[0], "2026-Q4");
        assert_eq!(quarters("soon"), [""; 0]);
    }

    #[test]
    fn every_amount_has_its_unit() {
        for quantity in Quantity::ALL {
            assert_eq!(unit_of(quantity.as_str()), quantity.unit());
        }
        assert_eq!((unit_of("footprint"), unit_of("status")), ("m²", ""));
    }
}
