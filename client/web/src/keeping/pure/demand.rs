//! Quarters that can be asked about, units of what was asked, and needs by zone.

use cloudsite_domain::siting::Quantity;
use cloudsite_proto::siting::UnmetNeed;

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

/// The needs of each zone, the zones in the order in which they first come and the needs of each as they are.
pub(crate) fn by_zone(needs: Vec<UnmetNeed>) -> Vec<(String, Vec<UnmetNeed>)> {
    let mut zones = Vec::<(String, Vec<UnmetNeed>)>::new();
    for need in needs {
        match zones.iter_mut().find(|(zone, _)| *zone == need.zone) {
            Some((_, needs)) => needs.push(need),
            None => zones.push((need.zone.clone(), vec![need])),
        }
    }
    zones
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

    #[test]
    fn zones_come_as_their_first_needs_do() {
        let need = |(zone, need): (&str, &str)| UnmetNeed {
            zone: zone.to_owned(),
            need: need.to_owned(),
            ..UnmetNeed::default()
        };
        let all = [("zones/B", "power"), ("", "power"), ("zones/A", "water"), ("zones/B", "area_m2"), ("", "gas")];
        let found = by_zone(all.map(need).into());
        let told: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(zone, needs)| (zone.as_str(), needs.iter().map(|need| need.need.as_str()).collect()))
            .collect();
        let expected = [("zones/B", vec!["power", "area_m2"]), ("", vec!["power", "gas"]), ("zones/A", vec!["water"])];
        assert_eq!(told, expected);
    }
}
