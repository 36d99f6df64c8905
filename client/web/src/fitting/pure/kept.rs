//! What is kept in the browser, as a dossier takes it.

use cloudsite_domain::crs::LocalFrame;
use cloudsite_domain::siting::massing::{Massing, Part};
use cloudsite_proto::land::Park;
use cloudsite_proto::siting as wire;
use geo_types::Coord;

use super::variants::{Variant, read};

/// Factories that a dossier takes at most.
const MOST: usize = 20;

/// Those of `text`, as the browser keeps them, that stand on parcels with these codes, the newest if there are too many.
pub(in crate::fitting) fn kept(text: &str, codes: &[String], park: &Park) -> Vec<wire::Variant> {
    let frame = LocalFrame { origin: Coord { x: park.origin_easting, y: park.origin_northing } };
    let variant = |Variant { name, parcel, fit }: Variant| {
        let massing: Massing = fit.parse().ok()?;
        Some(wire::Variant { name, parcel: format!("parcels/{parcel}"), factory: Some(factory(&massing, frame)) })
    };
    let own = read(text).into_iter().filter(|variant| codes.contains(&variant.parcel));
    let mut all: Vec<wire::Variant> = own.filter_map(variant).collect();
    all.drain(..all.len().saturating_sub(MOST));
    all
}

fn factory(massing: &Massing, frame: LocalFrame) -> wire::Factory {
    let part = |part: &Part| wire::FactoryPart {
        kind: part.kind.to_string(),
        across_m: part.offset.x,
        along_m: part.offset.y,
        width_m: part.width_m,
        depth_m: part.depth_m,
        storeys: part.storeys,
        storey_m: part.storey_m,
    };
    let at = frame.canonical_from_park(massing.at());
    wire::Factory {
        east_m: at.x,
        north_m: at.y,
        angle_deg: massing.angle_rad().to_degrees(),
        parts: massing.parts().iter().map(part).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fitting::pure::variants::written;

    #[test]
    fn what_is_kept_on_these_parcels_goes_along_where_it_stands() {
        let variant = |name: &str, parcel: &str, fit: &str| Variant {
            name: name.to_owned(),
            parcel: parcel.to_owned(),
            fit: fit.to_owned(),
        };
        let fit = "120.50,-40.25,15.00_hall,0.00,0.00,80.00,60.00,2,9.00";
        let all = [variant("A", "P", fit), variant("B", "Q", fit), variant("C", "P", "nothing")];
        let park = Park { origin_easting: 500_000.0, origin_northing: 3_400_000.0, ..Park::default() };
        let told = kept(&written(&all), &["P".to_owned()], &park);
        let names: Vec<_> = told.iter().map(|one| (one.name.as_str(), one.parcel.as_str())).collect();
        assert_eq!(names, [("A", "parcels/P")]);
        let factory = told[0].factory.as_ref().unwrap();
        assert_eq!((factory.east_m, factory.north_m), (500_120.5, 3_399_959.75));
        assert!((factory.angle_deg - 15.0).abs() < 1e-9 && factory.parts[0].storeys == 2);
        let many: Vec<Variant> = (0..30).map(|number| variant(&number.to_string(), "P", fit)).collect();
        let told = kept(&written(&many), &["P".to_owned()], &park);
        assert_eq!((told.len(), told[MOST - 1].name.as_str()), (MOST, "29"));
    }
}
