//! Puts a dossier together from the answer to a brief and the record as who asks is given it.

use cloudsite_domain::record::{
    Body, Bounds, Code, Confidence, Feature, FeatureVersion, Layer, Names as RecordNames, Parcel, Source, SourcedField,
    SupplyKind,
};
use cloudsite_domain::siting::Authority;
use cloudsite_dossier::{
    Amount, Counts, Dossier, Fact, FactValue, Maps, Names, ParkSheet, Place, Said, Supply, Untold, ZoneSheet,
};
use cloudsite_proto::siting as wire;
use jiff::civil::Date;

use super::super::{convert, route};
use super::asked::Asked;
use super::{map, tell, variants, ways};
use crate::grpc::Refusal;
use crate::record::{Snapshot, View};

/// Places that the ranking keeps.
const RANKED: usize = 20;

/// Joined parcels that are drawn.
const DRAWN_ASSEMBLIES: usize = 2;

/// What a dossier is made from.
pub(super) struct Basis<'a> {
    /// Who asks.
    pub(super) view: &'a View,
    /// What who asks is given.
    pub(super) snapshot: &'a Snapshot,
    /// What everyone is given, for the maps.
    pub(super) public: &'a Snapshot,
    pub(super) today: Date,
}

/// A dossier, what is drawn for it, and the parcels that it is about.
pub(super) struct Gathered {
    pub(super) dossier: Dossier,
    pub(super) maps: Maps,
    pub(super) parcels: Vec<FeatureVersion>,
}

/// Puts a dossier together. The places that the answer names have gone over the desk with it, and ways go over it here; what
/// is drawn around them is everyone's.
///
/// # Errors
/// If a place that is asked for was not explained, or no more is given to who asks.
pub(super) fn gather(
    source: &Basis<'_>,
    asked: &Asked,
    brief: &wire::Brief,
    answer: &wire::MatchResponse,
) -> Result<Gathered, Refusal> {
    let described = asked.described(&answer.places)?;
    let parcels = source.snapshot.layer(Layer::Parcel);
    let (mut places, mut versions, mut travel) = (Vec::new(), Vec::new(), None);
    let mut maps = Maps::default();
    for (rank, told) in described {
        let code = tell::code_of(&told.parcel).parse::<Code>().ok();
        // Answered from the same snapshot, so it is there.
        let code = code.ok_or(Refusal::Interrupted)?;
        let entry = parcels.find(&code).ok_or(Refusal::Interrupted)?;
        let ways = route::told(source.view, source.snapshot, &code)?;
        maps.sites.push(map::site(source.public, entry, (rank, told)));
        maps.ways.push(ways::drawn(source.public, entry, rank, &ways.destinations));
        versions.push(entry.version());
        let routes = ways.destinations.iter().map(tell::destination).collect();
        places.push(Place { routes, ..place(source.snapshot, &entry.feature, (rank, told)) });
        travel = travel.or(ways.travel);
    }
    let day = answer.day.parse().unwrap_or(source.today);
    maps.variants = variants::add(source, asked, day, &mut places)?;
    let assemblies = asked.assemblies(&answer.named_assemblies)?;
    maps.described_assemblies =
        assemblies.iter().map(|joined| map::joined(source.public, source.snapshot, (None, joined))).collect();
    let told_floors = answer.floors.clone().unwrap_or_default();
    let floors = asked.floors(&told_floors.named)?;
    maps.described_floors = floors.iter().map(|floor| map::floor(source.public, source.snapshot, floor)).collect();
    maps.overview = map::overview(source.public, answer, &places);
    let drawn = answer.assemblies.iter().take(DRAWN_ASSEMBLIES).enumerate();
    maps.assemblies =
        drawn.map(|(index, joined)| map::joined(source.public, source.snapshot, (Some(index), joined))).collect();
    let dossier = Dossier {
        park: park(source.snapshot),
        project: asked.project.clone(),
        revision: answer.revision,
        day,
        made_on: source.today,
        tier: source.view.tier().as_str().to_owned(),
        brief: tell::brief(brief),
        counts: Counts { suits: answer.suits, open: answer.open, fails: answer.fails, untried: answer.untried },
        full_points: answer.full_points,
        ranking: (1..).zip(&answer.places).take(RANKED).map(|(rank, place)| tell::ranked(rank, place)).collect(),
        places,
        relaxations: answer.relaxations.iter().map(tell::relaxation).collect(),
        intervals: answer.intervals.iter().map(tell::interval).collect(),
        shares: answer.shares.iter().map(tell::share).collect(),
        opinions: answer.opinions.iter().map(tell::opinion).collect(),
        assemblies: answer.assemblies.iter().map(tell::assembly).collect(),
        assemblies_cut_short: answer.assemblies_cut_short,
        described_assemblies: assemblies.into_iter().map(tell::assembly).collect(),
        floors: answer.floors.as_ref().filter(|_| convert::is_of_floors(brief)).map(tell::floors),
        described_floors: floors.into_iter().filter_map(|floor| tell::floor_among(&told_floors, floor)).collect(),
        travel: travel.as_ref().map(tell::travel),
    };
    Ok(Gathered { dossier, maps, parcels: versions })
}

fn names(names: &RecordNames) -> Names {
    names.iter().map(|(language, name)| (language.tag().to_owned(), name.to_owned())).collect()
}

fn park(snapshot: &Snapshot) -> ParkSheet {
    let park = snapshot.park().map(|entry| &entry.feature);
    let notice = park.and_then(|park| match &park.body {
        Body::Park(body) => Some(names(&body.notice)),
        _ => None,
    });
    ParkSheet {
        names: park.map(|park| names(&park.names)).unwrap_or_default(),
        synthetic: snapshot.is_synthetic(),
        notice: notice.unwrap_or_default(),
    }
}

fn place(snapshot: &Snapshot, feature: &Feature, (rank, told): (u32, &wire::Place)) -> Place {
    let parcel = match &feature.body {
        Body::Parcel(parcel) => Some(parcel.as_ref()),
        _ => None,
    };
    Place {
        ranked: tell::ranked(rank, told),
        names: names(&feature.names),
        zone: parcel.and_then(|parcel| parcel.zone.as_ref()).map(|code| zone(snapshot, code)),
        facts: parcel.map(|parcel| facts(feature, parcel)).unwrap_or_default(),
        supplies: parcel.map(supplies).unwrap_or_default(),
        untold: parcel.map(untold).unwrap_or_default(),
        answers: told.answers.iter().map(tell::answer).collect(),
        binding: told.binding.map(|index| index as usize),
        winning: tell::winning(told),
        routes: Vec::new(),
        variants: Vec::new(),
    }
}

fn zone(snapshot: &Snapshot, code: &Code) -> ZoneSheet {
    let feature = snapshot.layer(Layer::Zone).find(code).map(|entry| &entry.feature);
    let kind = feature.and_then(|feature| match &feature.body {
        Body::Zone(zone) => Some(zone.kind.as_str().to_owned()),
        _ => None,
    });
    ZoneSheet {
        code: code.to_string(),
        names: feature.map(|feature| names(&feature.names)).unwrap_or_default(),
        kind: kind.unwrap_or_default(),
    }
}

fn said(source: &str, as_of: Date, confidence: Option<Confidence>) -> Said {
    let confidence = confidence.map(|sure| sure.as_str().to_owned()).unwrap_or_default();
    Said { source: source.to_owned(), as_of, confidence }
}

fn facts(feature: &Feature, parcel: &Parcel) -> Vec<Fact> {
    let of = |field: SourcedField| {
        let source: Option<&Source> = parcel.sources.of(field);
        source.map(|source| said(&source.source, source.as_of, source.confidence))
    };
    let fact = |field: &str, value: Option<FactValue>, said: Option<Said>| Fact {
        field: field.to_owned(),
        value: value.unwrap_or(FactValue::Unknown),
        said,
    };
    let amount = |value: f64, unit: &str| FactValue::Amount(Amount { value, unit: unit.to_owned() });
    let word = |word: &str| FactValue::Word(word.to_owned());
    let range = |bounds: Bounds| (!bounds.is_open()).then_some(FactValue::Range { min: bounds.min, max: bounds.max });
    let setbacks = parcel.setbacks.map(|all| FactValue::Setbacks([all.front_m, all.side_m, all.rear_m]));
    let tenure = parcel.tenure.as_ref();
    let tenure = tenure.map(|tenure| FactValue::Tenure { kind: tenure.kind.as_str().to_owned(), years: tenure.years });
    let price = parcel.price.as_ref();
    vec![
        fact("area", Some(amount(feature.shape.area_m2(), "m²")), None),
        fact("status", Some(word(parcel.status.as_str())), of(SourcedField::Status)),
        fact("acquisition", parcel.acquisition.map(|way| word(way.as_str())), of(SourcedField::Acquisition)),
        fact("land_use", parcel.land_use.as_ref().map(|land_use| word(land_use.as_str())), of(SourcedField::LandUse)),
        fact("plot_ratio", range(parcel.plot_ratio), of(SourcedField::PlotRatio)),
        fact("site_coverage", range(parcel.site_coverage), of(SourcedField::SiteCoverage)),
        fact("green_ratio", range(parcel.green_ratio), of(SourcedField::GreenRatio)),
        fact("height_limit_m", parcel.height_limit_m.map(|metres| amount(metres, "m")), of(SourcedField::HeightLimit)),
        fact("setbacks", setbacks, of(SourcedField::Setbacks)),
        fact("tenure", tenure, of(SourcedField::Tenure)),
        fact(
            "vibration_um_per_s",
            parcel.vibration_um_per_s.map(|speed| amount(speed, "µm/s")),
            of(SourcedField::Vibration),
        ),
        fact("hazard_class", parcel.hazard_class.map(|class| word(class.as_str())), of(SourcedField::HazardClass)),
        fact(
            "price",
            price.map(|price| amount(price.cny_per_m2, "CNY/m²")),
            price.map(|price| said(&price.source, price.as_of, price.confidence)),
        ),
    ]
}

fn supplies(parcel: &Parcel) -> Vec<Supply> {
    let supply = |supply: &cloudsite_domain::record::Supply| Supply {
        kind: supply.kind.as_str().to_owned(),
        capacity: supply.capacity.map(|value| Amount { value, unit: supply.kind.unit().to_owned() }),
        from: supply.from,
        said: said(&supply.source, supply.as_of, supply.confidence),
    };
    parcel.supplies.iter().map(supply).collect()
}

/// Of the supplies that an industrial site is asked for, those that the record does not speak of.
fn untold(parcel: &Parcel) -> Vec<Untold> {
    const ASKED_FOR: [SupplyKind; 6] = [
        SupplyKind::Power,
        SupplyKind::Water,
        SupplyKind::Sewage,
        SupplyKind::Gas,
        SupplyKind::Steam,
        SupplyKind::Telecom,
    ];
    let is_untold = |kind: &SupplyKind| parcel.supplies.iter().all(|supply| supply.kind != *kind);
    let one = |kind| Untold {
        kind: SupplyKind::as_str(kind).to_owned(),
        knows: Authority::of_supply(kind).as_str().to_owned(),
    };
    ASKED_FOR.into_iter().filter(is_untold).map(one).collect()
}
