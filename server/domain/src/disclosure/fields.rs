//! What of a feature can be kept back, and how it is taken out.

use crate::record::terms::terms;
use crate::record::{Body, Bounds, Feature, Layer, Names, Offer, Parcel, SourceEntry, SourcedField, Sources};

terms! {
    /// What a feature says that a tier can be kept from, called as imports and merges call it. Code, shape, and what a
    /// feature of its layer cannot be without (a parcel's status, a kind, a class, a building's height) are no fields:
    /// they go with the layer.
    Field, "field that can be withheld";
    /// All names.
    Name = "name",
    /// What a visitor of the park has to be told.
    Notice = "notice",
    /// What has to happen before a parcel can be had.
    Acquisition = "acquisition",
    /// The zone a parcel lies in.
    Zone = "zone",
    /// A parcel's planned use.
    LandUse = "land_use",
    /// Plot ratio, both bounds.
    PlotRatio = "plot_ratio",
    /// Site coverage, both bounds.
    SiteCoverage = "site_coverage",
    /// Green ratio, both bounds.
    GreenRatio = "green_ratio",
    /// A height limit: parcel, mask.
    HeightLimit = "height_limit_m",
    /// Setbacks, all three.
    Setbacks = "setbacks",
    /// Tenure, kind and years.
    Tenure = "tenure",
    /// Vibration of a parcel's ground.
    Vibration = "vibration_um_per_s",
    /// The most dangerous goods that may be stored.
    HazardClass = "hazard_class",
    /// A parcel's price.
    Price = "price",
    /// What is supplied to a parcel.
    Supplies = "supplies",
    /// Who says so, field by field.
    Sources = "sources",
    /// The name of a source, wherever one stands; without it a value keeps its day and its confidence.
    SourceName = "source",
    /// A building's storeys.
    Floors = "floors",
    /// The parcel a building stands on.
    Parcel = "parcel",
    /// What of a building can be let.
    Offers = "offers",
    /// For how much.
    Rent = "offers.rent",
    /// A road's width.
    Width = "width_m",
    /// A road's lanes.
    Lanes = "lanes",
    /// A utility's height.
    Height = "height_m",
}

impl Field {
    /// The fields that features of a layer have.
    pub const fn of_layer(layer: Layer) -> &'static [Self] {
        match layer {
            Layer::Park => &[Self::Name, Self::Notice],
            Layer::Parcel => &[
                Self::Name,
                Self::Acquisition,
                Self::Zone,
                Self::LandUse,
                Self::PlotRatio,
                Self::SiteCoverage,
                Self::GreenRatio,
                Self::HeightLimit,
                Self::Setbacks,
                Self::Tenure,
                Self::Vibration,
                Self::HazardClass,
                Self::Price,
                Self::Supplies,
                Self::Sources,
                Self::SourceName,
            ],
            Layer::Building => &[Self::Name, Self::Floors, Self::Parcel, Self::Offers, Self::Rent, Self::SourceName],
            Layer::Road => &[Self::Name, Self::Width, Self::Lanes],
            Layer::Utility => &[Self::Name, Self::Height],
            Layer::Mask => &[Self::Name, Self::HeightLimit],
            Layer::Zone | Layer::Rail | Layer::Water | Layer::Green | Layer::Poi => &[Self::Name],
        }
    }
}

/// Takes out of a feature what `is_open` does not open.
pub(super) fn keep_open(feature: &mut Feature, is_open: &dyn Fn(Field) -> bool) {
    if !is_open(Field::Name) {
        feature.names = Names::default();
    }
    match &mut feature.body {
        Body::Park(park) if !is_open(Field::Notice) => park.notice = Names::default(),
        Body::Parcel(parcel) => parcel_open(parcel, is_open),
        Body::Building(building) => {
            closed(&mut building.floors, Field::Floors, is_open);
            closed(&mut building.parcel, Field::Parcel, is_open);
            if !is_open(Field::Offers) {
                building.offers.clear();
            }
            building.offers.iter_mut().for_each(|offer| offer_open(offer, is_open));
        }
        Body::Road(road) => {
            closed(&mut road.width_m, Field::Width, is_open);
            closed(&mut road.lanes, Field::Lanes, is_open);
        }
        Body::Utility(utility) => closed(&mut utility.height_m, Field::Height, is_open),
        Body::Mask(mask) => closed(&mut mask.height_limit_m, Field::HeightLimit, is_open),
        Body::Park(_) | Body::Zone(_) | Body::Rail(_) | Body::Water(_) | Body::Green(_) | Body::Poi(_) => {}
    }
}

fn closed<T>(value: &mut Option<T>, field: Field, is_open: &dyn Fn(Field) -> bool) {
    if !is_open(field) {
        *value = None;
    }
}

fn offer_open(offer: &mut Offer, is_open: &dyn Fn(Field) -> bool) {
    closed(&mut offer.rent, Field::Rent, is_open);
    if let Some(rent) = &mut offer.rent
        && !is_open(Field::SourceName)
    {
        rent.source.clear();
    }
}

fn parcel_open(parcel: &mut Parcel, is_open: &dyn Fn(Field) -> bool) {
    closed(&mut parcel.acquisition, Field::Acquisition, is_open);
    closed(&mut parcel.zone, Field::Zone, is_open);
    closed(&mut parcel.land_use, Field::LandUse, is_open);
    closed(&mut parcel.height_limit_m, Field::HeightLimit, is_open);
    closed(&mut parcel.setbacks, Field::Setbacks, is_open);
    closed(&mut parcel.tenure, Field::Tenure, is_open);
    closed(&mut parcel.vibration_um_per_s, Field::Vibration, is_open);
    closed(&mut parcel.hazard_class, Field::HazardClass, is_open);
    closed(&mut parcel.price, Field::Price, is_open);
    let ratios = [
        (Field::PlotRatio, &mut parcel.plot_ratio),
        (Field::SiteCoverage, &mut parcel.site_coverage),
        (Field::GreenRatio, &mut parcel.green_ratio),
    ];
    for (field, bounds) in ratios {
        if !is_open(field) {
            *bounds = Bounds::default();
        }
    }
    if !is_open(Field::Supplies) {
        parcel.supplies.clear();
    }
    parcel.sources = sources_open(&parcel.sources, is_open);
    if !is_open(Field::SourceName) {
        parcel.price.iter_mut().for_each(|price| price.source.clear());
        parcel.supplies.iter_mut().for_each(|supply| supply.source.clear());
    }
}

/// A source of a field that is closed says that there is something to know, so it goes with the field.
fn sources_open(sources: &Sources, is_open: &dyn Fn(Field) -> bool) -> Sources {
    let mut open = Sources::default();
    if !is_open(Field::Sources) {
        return open;
    }
    for SourceEntry { fields, source } in sources.entries() {
        for field in fields.iter().filter(|field| of_sourced(**field).is_none_or(is_open)) {
            let mut source = source.clone();
            if !is_open(Field::SourceName) {
                source.source.clear();
            }
            open.set(*field, source);
        }
    }
    open
}

/// The field that a source speaks of; none for what cannot be withheld.
const fn of_sourced(field: SourcedField) -> Option<Field> {
    Some(match field {
        SourcedField::Status => return None,
        SourcedField::Acquisition => Field::Acquisition,
        SourcedField::LandUse => Field::LandUse,
        SourcedField::PlotRatio => Field::PlotRatio,
        SourcedField::SiteCoverage => Field::SiteCoverage,
        SourcedField::GreenRatio => Field::GreenRatio,
        SourcedField::HeightLimit => Field::HeightLimit,
        SourcedField::Setbacks => Field::Setbacks,
        SourcedField::Tenure => Field::Tenure,
        SourcedField::Vibration => Field::Vibration,
        SourcedField::HazardClass => Field::HazardClass,
    })
}
