//! A factory and its shade as the viewer draws them.

use cloudsite_domain::siting::Verdict;
use cloudsite_domain::siting::massing::{Check, Findings, Massing, PartKind};
use cloudsite_proto::scene::{self, MassingPart, OverlayArea, OverlayRing};

use crate::fitting::shine::Shine;

/// How a factory stands to what the parcel's own record says, in colours: what of law and airport nobody tells is left out.
pub(crate) fn standing(findings: &Findings) -> Verdict {
    const OWN: [Check; 5] = [Check::Inside, Check::PlotRatio, Check::SiteCoverage, Check::GreenRatio, Check::Height];
    if !findings.may_stand() {
        return Verdict::Fail;
    }
    let own = OWN.into_iter().map(|check| findings.of(check).verdict);
    let mut all = own.chain(findings.sides.iter().map(|side| side.verdict));
    if all.all(|verdict| verdict == Verdict::Pass) { Verdict::Pass } else { Verdict::Unknown }
}

/// The factory, in the colour of how it stands.
pub(crate) fn drawn(massing: &Massing, findings: &Findings) -> scene::Massing {
    let base = match standing(findings) {
        Verdict::Pass => 0x3f_a5_8c,
        Verdict::Unknown => 0xd9_a4_3b,
        Verdict::Fail => 0xc9_4f_4a,
    };
    let part = |part: &cloudsite_domain::siting::massing::Part| MassingPart {
        kind: part.kind.as_str().to_owned(),
        across_m: part.offset.x,
        along_m: part.offset.y,
        width_m: part.width_m,
        depth_m: part.depth_m,
        height_m: part.height_m(),
        colour: match part.kind {
            PartKind::Yard => mixed(base, 0x9a_9a_94, 0.65),
            PartKind::Parking => mixed(base, 0x6c_70_76, 0.75),
            PartKind::Hall | PartKind::Offices | PartKind::Docks | PartKind::Utility => base,
        },
        storeys: part.storeys,
    };
    scene::Massing {
        east_m: massing.at().x,
        north_m: massing.at().y,
        angle_deg: massing.angle_rad().to_degrees(),
        parts: massing.parts().iter().map(part).collect(),
        movable: true,
    }
}

/// Hours of sun on the ground, a square each.
pub(crate) fn shade(shine: &Shine) -> Vec<OverlayArea> {
    let half_m = shine.cell_m / 2.0;
    let cell = |(at, sun): &(geo_types::Coord, f64)| {
        let (west, east, south, north) = (at.x - half_m, at.x + half_m, at.y - half_m, at.y + half_m);
        let ring = OverlayRing { coordinates: vec![west, south, east, south, east, north, west, north] };
        OverlayArea { rings: vec![ring], colour: Some(sun_colour(sun / shine.hours)), ..OverlayArea::default() }
    };
    shine.cells.iter().filter(|_| shine.hours > 0.0).map(cell).collect()
}

/// The colour of a share of the day's sun, 0 to 1, sRGB.
pub(crate) fn sun_colour(share: f64) -> u32 {
    const STEPS: [u32; 4] = [0x2b_3a_67, 0x6d_7f_ad, 0xb9_c2_cf, 0xf2_e6_b8];
    let at = share.clamp(0.0, 1.0) * 3.0;
    let from = (at as usize).min(2);
    mixed(STEPS[from], STEPS[from + 1], at - from as f64)
}

/// A part of the way from one colour to another.
fn mixed(from: u32, to: u32, part: f64) -> u32 {
    let (from, to) = (from.to_be_bytes(), to.to_be_bytes());
    let channel = |index: usize| (f64::from(from[index]) * (1.0 - part) + f64::from(to[index]) * part).round() as u8;
    u32::from_be_bytes([0, channel(1), channel(2), channel(3)])
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::geometry::Shape;
    use cloudsite_domain::record::{Bounds, Parcel, ParcelStatus, Setbacks};
    use cloudsite_domain::siting::massing::{Block, Blocks, Norms, Site};
    use geo_types::{Coord, polygon};

    use super::*;

    #[test]
    fn the_colour_says_how_it_stands() {
        let mut parcel = Parcel::with_status(ParcelStatus::Available);
        (parcel.plot_ratio.max, parcel.site_coverage.max, parcel.height_limit_m) = (Some(2.0), Some(0.6), Some(20.0));
        parcel.green_ratio = Bounds { min: Some(0.1), max: None };
        parcel.setbacks = Some(Setbacks { front_m: 12.0, side_m: 8.0, rear_m: 6.0 });
        let shape = polygon![(x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 100.0), (x: 0.0, y: 100.0)];
        let site = Site::new(&parcel, &Shape::new(shape.into()).unwrap(), Some([]), Norms::default()).unwrap();
        let colours = [50.0, 42.0, 20.0].map(|x| {
            let hall = Block { width_m: 70.0, depth_m: 40.0, storeys: 1, storey_m: 9.0 };
            let massing = Blocks { hall, ..Blocks::default() }.massing(Coord { x, y: 50.0 }, 0.0).unwrap();
            let mut findings = Findings::default();
            site.judge(&massing, &mut findings);
            let drawn = drawn(&massing, &findings);
            assert_eq!((drawn.parts.len(), drawn.parts[0].kind.as_str()), (1, "hall"));
            (standing(&findings), drawn.parts[0].colour)
        });
        assert_eq!(colours.map(|(standing, _)| standing), [Verdict::Pass, Verdict::Unknown, Verdict::Fail]);
        assert!(colours[0].1 != colours[1].1 && colours[1].1 != colours[2].1);
    }

    #[test]
    fn less_sun_is_darker() {
        assert_eq!((sun_colour(-1.0), sun_colour(1.0)), (0x2b_3a_67, 0xf2_e6_b8));
        let light = |share: f64| sun_colour(share).to_be_bytes().iter().map(|channel| u32::from(*channel)).sum::<u32>();
        assert!((0..10).all(|step| light(f64::from(step) / 10.0) < light(f64::from(step + 1) / 10.0)));
    }
}
