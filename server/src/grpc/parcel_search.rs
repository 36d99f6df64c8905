//! Parcels that meet a filter, a page of them in an order.

use std::borrow::Cow;

use cloudsite_domain::record::{Body, Bounds};
use cloudsite_domain::rows::{Bits, Interval};
use cloudsite_proto::land as wire;

use super::parcel_filter::ParcelQuery;
use crate::record::{LayerSnapshot, Order, ParcelIndex};

/// A page of what was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Positions in the layer, in the asked order, as many as a page holds.
    pub(super) page: Vec<u32>,
    /// How many there are altogether.
    pub(super) total: usize,
}

/// The order that is asked for; none is that of codes.
pub(super) fn order(order: wire::ParcelOrder) -> Option<Order> {
    match order {
        wire::ParcelOrder::Unspecified => None,
        wire::ParcelOrder::AreaAscending => Some(Order::AreaAscending),
        wire::ParcelOrder::AreaDescending => Some(Order::AreaDescending),
        wire::ParcelOrder::Availability => Some(Order::Availability),
    }
}

/// The parcels of a layer that meet a query, `count` of them from `first` on.
pub(super) fn find(
    layer: &LayerSnapshot,
    query: &ParcelQuery,
    order: Option<Order>,
    first: usize,
    count: usize,
) -> Found {
    if let Some(area) = &query.area {
        let mut positions = layer.positions_touching(area);
        if query.is_asking() {
            positions.retain(|position| meets(layer, query, *position));
        }
        layer.sort_by_code(&mut positions);
        if let Some(order) = order {
            sort(layer, order, &mut positions);
        }
        let total = positions.len();
        return Found { page: positions.into_iter().skip(first).take(count).collect(), total };
    }
    if !query.is_asking() && order.is_none() {
        let all = layer.by_code();
        return Found { page: all.iter().skip(first).take(count).copied().collect(), total: all.len() };
    }
    let Some(index) = layer.parcels() else { return Found::default() };
    let chosen = chosen(layer, index, query);
    let (rows, total) = index.page(&chosen, order, first, count);
    Found { page: rows.into_iter().map(|row| layer.by_code()[row as usize]).collect(), total }
}

/// Sorts positions, which are in the order of codes, by another, and looks at no parcel but these.
fn sort(layer: &LayerSnapshot, order: Order, positions: &mut [u32]) {
    let key = |position: u32| {
        let feature = &layer.at(position).feature;
        match (order, &feature.body) {
            (Order::AreaAscending, _) => feature.shape.area_m2(),
            (Order::AreaDescending, _) => -feature.shape.area_m2(),
            (Order::Availability, Body::Parcel(parcel)) => f64::from(parcel.status.availability_rank()),
            (Order::Availability, _) => f64::INFINITY,
        }
    };
    let mut keyed: Vec<(f64, u32)> = positions.iter().map(|position| (key(*position), *position)).collect();
    // Stable, so that equal ones stay in the order of their codes.
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (place, (_, position)) in positions.iter_mut().zip(keyed) {
        *place = position;
    }
}

/// Whether a parcel meets every condition but the rectangle.
fn meets(layer: &LayerSnapshot, query: &ParcelQuery, position: u32) -> bool {
    let feature = &layer.at(position).feature;
    matches!(&feature.body, Body::Parcel(parcel) if query.meets(feature, parcel))
}

/// The rows of the parcels that meet every condition but the rectangle: what [`ParcelQuery::meets`] says of one parcel, for
/// all.
fn chosen(layer: &LayerSnapshot, index: &ParcelIndex, query: &ParcelQuery) -> Bits {
    let mut parts: Vec<Cow<'_, Bits>> = Vec::new();
    if !query.statuses.is_empty() {
        parts.push(index.with_status(&query.statuses));
    }
    if !query.zones.is_empty() {
        parts.push(index.in_zones(&query.zones));
    }
    if !query.land_uses.is_empty() {
        parts.push(index.with_land_use(|code| query.meets_land_use(code)));
    }
    let least_power = Bounds { min: query.min_power_kw, max: None };
    let numbers = [
        (query.area_m2, &index.area_m2),
        (query.plot_ratio_max, &index.plot_ratio_max),
        (least_power, &index.power_kw),
    ];
    let asked = || numbers.iter().filter(|(bounds, _)| !bounds.is_open());
    for (bounds, column) in asked() {
        let Some(reaching) = column.at_least(Interval::from(*bounds).min) else { return index.none() };
        parts.push(Cow::Borrowed(reaching));
    }
    let sets: Vec<&Bits> = parts.iter().map(AsRef::as_ref).collect();
    let mut chosen = Bits::in_each(&sets).unwrap_or_else(|| index.all());
    for (bounds, column) in asked() {
        column.keep_within((*bounds).into(), &mut chosen);
    }
    if !query.text.is_empty() {
        let lacks_text = |row| !query.meets_text(&layer.at(layer.by_code()[row as usize]).feature);
        chosen.remove_each(lacks_text);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::{Layer, ParcelStatus};

    use super::*;
    use crate::record::sample;

    /// Each way of asking, by the index and parcel by parcel.
    #[test]
    fn the_index_says_what_parcels_say() {
        let (_folder, record) = sample::open();
        let more = (0..300_u32).map(|number| {
            let status = ParcelStatus::ALL[number as usize % ParcelStatus::ALL.len()];
            let mut feature = sample::parcel(&format!("Q-{}", number * 7 % 300), f64::from(number), 500.0, status);
            let Body::Parcel(parcel) = &mut feature.body else { unreachable!("the sample's parcels are parcels") };
            parcel.zone = (number % 3 > 0).then(|| format!("Z-{}", number % 5).parse().unwrap());
            parcel.land_use =
                (number % 4 > 0).then(|| ["100101", "1001", "0802"][number as usize % 3].parse().unwrap());
            parcel.plot_ratio = Bounds { min: None, max: (number % 2 > 0).then(|| f64::from(number % 7) / 2.0) };
            feature
        });
        sample::commit(&record, more.collect(), Vec::new());
        // Once more, so that columns are those of a change as well.
        sample::commit(&record, vec![sample::parcel("P-2", 120.0, 100.0, ParcelStatus::Reserved)], Vec::new());
        let snapshot = record.snapshot();
        let layer = snapshot.layer(Layer::Parcel);
        let of = wire::ParcelFilter::default;
        let bounds = |min, max| Some(wire::Bounds { min, max });
        let everywhere = wire::LonLatBounds { west: 115.0, south: 25.0, east: 125.0, north: 35.0 };
        let filters = [
            of(),
            wire::ParcelFilter { statuses: vec!["available".into(), "reserved".into()], ..of() },
            wire::ParcelFilter { zones: vec!["zones/Z-1".into(), "zones/Z-9".into()], ..of() },
            wire::ParcelFilter { land_uses: vec!["1001".into()], ..of() },
            wire::ParcelFilter { area_m2: bounds(Some(10_000.0), None), ..of() },
            wire::ParcelFilter { plot_ratio_max: bounds(Some(1.0), Some(2.5)), ..of() },
            wire::ParcelFilter { plot_ratio_max: bounds(None, Some(0.5)), ..of() },
            wire::ParcelFilter { min_power_kw: Some(1.0), ..of() },
            wire::ParcelFilter { text: "q-1".into(), statuses: vec!["taken".into()], ..of() },
            wire::ParcelFilter { bounds: Some(everywhere), ..of() },
            wire::ParcelFilter { bounds: Some(everywhere), statuses: vec!["available".into()], ..of() },
        ];
        let mut hits = 0;
        // Orders are made meanwhile, so that each is once met unmade and then made; pages at the end are cut short.
        for filter in filters.iter().chain(&filters) {
            let query = ParcelQuery::try_from(filter.clone()).unwrap();
            let by_code: Vec<u32> =
                layer.by_code().iter().copied().filter(|position| meets(layer, &query, *position)).collect();
            hits += by_code.len();
            for order in [None, Some(Order::AreaDescending), Some(Order::Availability)] {
                let mut one_by_one = by_code.clone();
                let status = |at: &u32| match &layer.at(*at).feature.body {
                    Body::Parcel(parcel) => parcel.status.availability_rank(),
                    _ => unreachable!("the layer holds parcels"),
                };
                match order {
                    Some(Order::Availability) => one_by_one.sort_by_key(status),
                    Some(Order::AreaDescending) => one_by_one.sort_by(|a, b| {
                        layer.at(*b).feature.shape.area_m2().total_cmp(&layer.at(*a).feature.shape.area_m2())
                    }),
                    _ => {}
                }
                for first in [3, one_by_one.len() / 2, one_by_one.len().saturating_sub(2), one_by_one.len() + 9] {
                    let found = find(layer, &query, order, first, 20);
                    let page = one_by_one.iter().skip(first).take(20).copied().collect();
                    assert_eq!(found, Found { page, total: one_by_one.len() }, "{filter:?} {order:?} from {first}");
                }
            }
        }
        assert!(hits > 500, "{hits} hits");
    }
}
