//! Which properties of a file become which fields of the record, layer by layer. A field is called what the record
//! calls it, with its unit; `--map field=attribute` says where a file calls it something else.

mod area;
mod called;
mod names;
mod network;
mod parcel;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Body, Layer};

use super::properties::Properties;

pub(super) use called::field_called;
pub(super) use names::{names, prefixed};

/// The fields that features of any layer have.
pub(super) const COMMON: &[&str] = &["code", "name"];

/// The fields of a layer, besides [`COMMON`] and names by language.
pub(crate) const fn of_layer(layer: Layer) -> &'static [&'static str] {
    match layer {
        Layer::Park => &["synthetic", "origin_easting", "origin_northing"],
        Layer::Zone | Layer::Water | Layer::Green | Layer::Poi => &["kind"],
        Layer::Parcel => parcel::FIELDS,
        Layer::Building => &["use", "height_m", "floors", "roof", "parcel", "offers"],
        Layer::Road => &["class", "width_m", "lanes"],
        Layer::Rail => &["kind", "level_m"],
        Layer::Utility => &["kind", "height_m"],
        Layer::Mask => &["kind", "height_limit_m"],
    }
}

/// Whether `name` is a field of `layer`, so that an attribute of that name would be taken for it.
pub(crate) fn is_field(layer: Layer, name: &str) -> bool {
    let in_language = |prefix: &str| names::LANGUAGE_FORMS.iter().any(|(_, form)| *name == format!("{prefix}{form}"));
    COMMON.contains(&name)
        || of_layer(layer).contains(&name)
        || in_language("name")
        || (layer == Layer::Park && in_language("notice"))
}

/// The fields of a layer without which a feature is refused; its code is made of the file's name where it has none.
pub(crate) const fn required(layer: Layer) -> &'static [&'static str] {
    match layer {
        Layer::Building => &["height_m"],
        Layer::Utility | Layer::Mask => &["kind"],
        _ => &[],
    }
}

/// What the layer says of a feature. `None` if a field without which there is no feature is missing or malformed.
pub(super) fn body(layer: Layer, properties: &mut Properties<'_>, shape: Option<&Shape>) -> Option<Body> {
    match layer {
        Layer::Park => shape.and_then(|shape| area::park(properties, shape)).map(Body::Park),
        Layer::Zone => Some(Body::Zone(area::zone(properties))),
        Layer::Parcel => Some(Body::Parcel(Box::new(parcel::parcel(properties)))),
        Layer::Building => area::building(properties).map(Body::Building),
        Layer::Road => Some(Body::Road(network::road(properties))),
        Layer::Rail => Some(Body::Rail(network::rail(properties))),
        Layer::Water => Some(Body::Water(area::water(properties))),
        Layer::Green => Some(Body::Green(area::green(properties))),
        Layer::Utility => network::utility(properties).map(Body::Utility),
        Layer::Poi => Some(Body::Poi(network::poi(properties))),
        Layer::Mask => area::mask(properties).map(Body::Mask),
    }
}
