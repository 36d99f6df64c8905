//! `SitingService.Fit`: a factory on a parcel, judged by the same rules as on the page.

use std::sync::Arc;

use cloudsite_domain::record::{Body, Code, Layer, Mask, Parcel};
use cloudsite_domain::siting::massing::{
    Check, Findings, HeldTo, InvalidMassing, Law, MOST_PARTS, Massing, Part, PartKind, Proposal, SideFinding, Site,
};
use cloudsite_proto::siting as wire;
use geo_types::Coord;
use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::convert;
use super::park_size::ParkSize;
use super::service::give;
use crate::grpc::{Refusal, blocking, code_in, feature_name, snapshot};
use crate::record::{Entry, Snapshot, View};
use crate::validation;

/// Judges a factory as whoever `view` is of may know what it is held to. What masks say is said of the parcel's own ground, so
/// the parcel is what goes over the desk. Who wants proposals waits for a turn.
pub(super) async fn answer(
    view: View,
    request: wire::FitRequest,
    today: Date,
    turns: Arc<Semaphore>,
) -> Result<wire::FitResponse, Refusal> {
    let code = code_in("parcels", &request.parcel).map_err(|problem| Refusal::field("parcel", problem))?;
    let day = convert::day("day", &request.day)?.unwrap_or(today);
    let factory = request.factory.as_ref().ok_or_else(|| Refusal::field("factory", "is missing"))?;
    let massing = massing("factory", factory)?;
    let snapshot = snapshot(&view, request.revision).await?;
    let turn = if request.largest || request.best_placed {
        Some(turns.acquire_owned().await.map_err(|_| Refusal::Interrupted)?)
    } else {
        None
    };
    blocking(move || {
        let _turn = turn;
        no_larger_than_the_park("factory", &massing, &snapshot)?;
        let ground = Ground::of(&view, &snapshot, &code, day)?;
        give(&view, Layer::Parcel, std::iter::once(ground.entry))?;
        let mut too_intricate = false;
        let mut proposed = |wanted: bool, of: fn(&Site, &Massing) -> Proposal| {
            let proposal = wanted.then(|| of(&ground.site, &massing))?;
            too_intricate |= proposal == Proposal::Untried;
            proposal.found().map(|massing| ground.judged(&massing))
        };
        let largest = proposed(request.largest, Site::largest);
        let best_placed = proposed(request.best_placed, Site::best_place);
        Ok(wire::FitResponse {
            revision: snapshot.revision().0,
            day: day.to_string(),
            area_m2: ground.site.area_m2(),
            asked: Some(ground.judged(&massing)),
            largest,
            best_placed,
            too_intricate,
        })
    })
    .await
}

/// Reads a factory and judges it on a parcel that has gone over the desk; `field` is what it stands in.
///
/// # Errors
/// If there cannot be such a factory, or none on this parcel.
pub(super) fn tried(
    view: &View,
    snapshot: &Snapshot,
    (code, day): (&Code, Date),
    (field, factory): (&str, &wire::Factory),
) -> Result<(Massing, wire::Fit), Refusal> {
    let massing = massing(field, factory)?;
    no_larger_than_the_park(field, &massing, snapshot)?;
    let fit = Ground::of(view, snapshot, code, day)?.judged(&massing);
    Ok((massing, fit))
}

/// A parcel made ready, and what it was made of.
struct Ground<'a> {
    entry: &'a Entry,
    parcel: &'a Parcel,
    masks: Vec<&'a Entry>,
    law: Law<'a>,
    site: Site,
}

impl<'a> Ground<'a> {
    fn of(view: &View, snapshot: &'a Snapshot, code: &Code, day: Date) -> Result<Self, Refusal> {
        let missing = || Refusal::NotFound { kind: "parcel", name: format!("parcels/{code}") };
        let entry = snapshot.layer(Layer::Parcel).find(code).ok_or_else(missing)?;
        let Body::Parcel(parcel) = &entry.feature.body else { return Err(missing()) };
        let law = validation::law(snapshot, day);
        let masks: Vec<(&Entry, &Mask)> = snapshot
            .layer(Layer::Mask)
            .near(entry.feature.shape.bounds())
            .into_iter()
            .filter_map(|entry| if let Body::Mask(mask) = &entry.feature.body { Some((entry, mask)) } else { None })
            .collect();
        let over = masks.iter().map(|(entry, mask)| (*mask, &entry.feature.shape));
        let over = view.tells(Layer::Mask).then_some(over);
        let site = Site::new(parcel, &entry.feature.shape, over, law.norms(parcel));
        let site = site.map_err(|error| Refusal::field("parcel", error))?;
        Ok(Self { entry, parcel, masks: masks.into_iter().map(|(entry, _)| entry).collect(), law, site })
    }

    fn judged(&self, massing: &Massing) -> wire::Fit {
        let mut findings = Findings::default();
        self.site.judge(massing, &mut findings);
        let setbacks_m = self.site.setbacks_m();
        wire::Fit {
            factory: Some(factory(massing)),
            verdict: convert::verdict_of(findings.verdict()).into(),
            checks: Check::ALL.iter().map(|check| self.check(&findings, *check)).collect(),
            sides: self.sides(&findings),
            least_setback_m: setbacks_m.map(|(least_m, _)| least_m),
            most_setback_m: setbacks_m.map(|(_, most_m)| most_m),
            setback_rule: Law::setbacks_held_to(self.parcel).map(rule),
            footprint_m2: findings.footprint_m2,
            floor_m2: findings.floor_m2,
            counted_m2: findings.counted_m2,
        }
    }

    fn check(&self, findings: &Findings, check: Check) -> wire::FitCheck {
        let finding = findings.of(check);
        let mask = |index: usize| feature_name(Layer::Mask, &self.masks[index].feature.code);
        wire::FitCheck {
            check: check.to_string(),
            verdict: convert::verdict_of(finding.verdict).into(),
            value: finding.value,
            min: finding.min,
            max: finding.max,
            margin: finding.margin,
            rules: self.law.held_to(self.parcel, finding, mask).into_iter().map(rule).collect(),
        }
    }

    fn sides(&self, findings: &Findings) -> Vec<wire::FitSide> {
        let setbacks_m = self.site.setbacks_m();
        let side = |((from, to), found): ((Coord, Coord), &SideFinding)| wire::FitSide {
            from_east_m: from.x,
            from_north_m: from.y,
            to_east_m: to.x,
            to_north_m: to.y,
            verdict: convert::verdict_of(found.verdict).into(),
            distance_m: found.distance_m,
            margin_m: found.margin_m(setbacks_m),
        };
        self.site.sides().zip(&findings.sides).map(side).collect()
    }
}

fn rule(held: HeldTo) -> wire::FitRule {
    wire::FitRule {
        id: held.rule,
        source: held.source,
        as_of: held.as_of.map(|day| day.to_string()).unwrap_or_default(),
        confidence: held.confidence.map(|sure| sure.to_string()).unwrap_or_default(),
    }
}

fn factory(massing: &Massing) -> wire::Factory {
    let part = |part: &Part| wire::FactoryPart {
        kind: part.kind.to_string(),
        across_m: part.offset.x,
        along_m: part.offset.y,
        width_m: part.width_m,
        depth_m: part.depth_m,
        storeys: part.storeys,
        storey_m: part.storey_m,
    };
    wire::Factory {
        east_m: massing.at().x,
        north_m: massing.at().y,
        angle_deg: massing.angle_rad().to_degrees(),
        parts: massing.parts().iter().map(part).collect(),
    }
}

/// Reads a factory that stands in a field, by the field that is wrong if it is none.
fn massing(name: &str, factory: &wire::Factory) -> Result<Massing, Refusal> {
    if factory.parts.len() > MOST_PARTS {
        return Err(refused(name, &InvalidMassing::Parts(factory.parts.len())));
    }
    let part = |(index, part): (usize, &wire::FactoryPart)| {
        let kind: PartKind = convert::term(format!("{name}.parts[{index}].kind"), &part.kind)?;
        let offset = Coord { x: part.across_m, y: part.along_m };
        let wire::FactoryPart { width_m, depth_m, storeys, storey_m, .. } = *part;
        Ok(Part { kind, offset, width_m, depth_m, storeys, storey_m })
    };
    let parts = factory.parts.iter().enumerate().map(part).collect::<Result<Vec<_>, Refusal>>()?;
    let at = Coord { x: factory.east_m, y: factory.north_m };
    Massing::new(at, factory.angle_deg.to_radians(), parts).map_err(|invalid| refused(name, &invalid))
}

fn refused(name: &str, invalid: &InvalidMassing) -> Refusal {
    let (part, field, problem) = match invalid {
        InvalidMassing::Parts(count) => (None, "parts", format!("are {count}, and may be 1 to {MOST_PARTS}")),
        InvalidMassing::Range { part, field, value, least, most } => {
            // Angles are degrees on the wire.
            let of = |number: &f64| if *field == "angle_rad" { number.to_degrees() } else { *number };
            let (value, least, most) = (of(value), of(least), of(most));
            (*part, *field, format!("{value} is not between {least} and {most}"))
        }
    };
    let field = match field {
        "at.x" => "east_m",
        "at.y" => "north_m",
        "angle_rad" => "angle_deg",
        "offset.x" => "across_m",
        "offset.y" => "along_m",
        same => same,
    };
    let of = part.map(|(index, _)| format!("parts[{index}].")).unwrap_or_default();
    Refusal::field(format!("{name}.{of}{field}"), problem)
}

/// A part, or all of them together, that does not fit into the box around all that the record holds is a slip of the pen.
fn no_larger_than_the_park(name: &str, massing: &Massing, snapshot: &Snapshot) -> Result<(), Refusal> {
    let Some(park) = ParkSize::of(snapshot) else { return Ok(()) };
    for (index, part) in massing.parts().iter().enumerate() {
        if let Some((side, problem)) = park.refuses(part.width_m, part.depth_m) {
            return Err(Refusal::field(format!("{name}.parts[{index}].{side}"), problem));
        }
    }
    let size = massing.size();
    match park.refuses(size.x, size.y) {
        Some((_, problem)) => {
            Err(Refusal::field(format!("{name}.parts"), format!("stand too far apart: a side {problem}")))
        }
        None => Ok(()),
    }
}
