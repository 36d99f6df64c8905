//! Factories that whoever asks keeps on parcels that are described: judged, and drawn.

use cloudsite_domain::record::Layer;
use cloudsite_domain::siting::massing::Massing;
use cloudsite_dossier::{Block, Checked, Drawing, Place, Variant};
use cloudsite_proto::siting as wire;
use jiff::civil::Date;

use super::super::fit;
use super::asked::Asked;
use super::gather::Basis;
use super::{map, tell};
use crate::grpc::Refusal;

/// Adds them to the places that they stand on, and gives their drawings in the order of the places. The parcels have gone over
/// the desk.
///
/// # Errors
/// If there cannot be such a factory, or its parcel is not described.
pub(super) fn add(source: &Basis<'_>, asked: &Asked, day: Date, places: &mut [Place]) -> Result<Vec<Drawing>, Refusal> {
    let mut drawings: Vec<Vec<Drawing>> = vec![Vec::new(); places.len()];
    for (index, variant) in asked.variants.iter().enumerate() {
        let field = format!("variants[{index}].factory");
        let is_its = |place: &Place| place.ranked.parcel == variant.parcel.as_str();
        let at = places.iter().position(is_its).ok_or_else(|| {
            Refusal::field(format!("variants[{index}].parcel"), format!("'{}' is not described", variant.parcel))
        })?;
        let tried = (&variant.parcel, day);
        let (massing, fit) = fit::tried(source.view, source.snapshot, tried, (&field, &variant.factory))?;
        let blocks = blocks(&massing);
        let entry = source.snapshot.layer(Layer::Parcel).find(&variant.parcel);
        drawings[at].extend(entry.map(|entry| map::variant(source.public, entry, &blocks)));
        places[at].variants.push(told(variant.name.clone(), &fit, blocks));
    }
    Ok(drawings.into_iter().flatten().collect())
}

fn blocks(massing: &Massing) -> Vec<Block> {
    let block = |part: &cloudsite_domain::siting::massing::Part| Block {
        kind: part.kind.to_string(),
        storeys: part.storeys,
        height_m: part.height_m(),
        corners: massing.corners(part).map(|corner| [corner.x, corner.y]),
    };
    massing.parts().iter().map(block).collect()
}

fn told(name: String, fit: &wire::Fit, blocks: Vec<Block>) -> Variant {
    let check = |check: &wire::FitCheck| Checked {
        check: check.check.clone(),
        verdict: tell::verdict(check.verdict()),
        value: check.value,
        min: check.min,
        max: check.max,
    };
    let (checks, setbacks) = (fit.checks.iter().map(check), setbacks(fit));
    Variant {
        name,
        verdict: tell::verdict(fit.verdict()),
        footprint_m2: fit.footprint_m2,
        floor_m2: fit.floor_m2,
        counted_m2: fit.counted_m2,
        checks: checks.chain(setbacks).collect(),
        blocks,
    }
}

/// The side that its buildings stand worst to, and the largest setback that there may be.
fn setbacks(fit: &wire::Fit) -> Option<Checked> {
    let rank = |side: &wire::FitSide| match tell::verdict(side.verdict()) {
        cloudsite_dossier::Verdict::Fail => 0,
        cloudsite_dossier::Verdict::Unknown => 1,
        cloudsite_dossier::Verdict::Pass => 2,
    };
    let worst = |one: &&wire::FitSide, other: &&wire::FitSide| {
        rank(one).cmp(&rank(other)).then(one.distance_m.total_cmp(&other.distance_m))
    };
    let side = fit.sides.iter().min_by(worst)?;
    Some(Checked {
        check: "setbacks".to_owned(),
        verdict: tell::verdict(side.verdict()),
        value: Some(side.distance_m),
        min: fit.most_setback_m,
        max: None,
    })
}
