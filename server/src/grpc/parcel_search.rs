//! Parcels that meet a filter, a page of them in an order.

use cloudsite_domain::record::Body;
use cloudsite_proto::land as wire;

use super::parcel_filter::ParcelQuery;
use crate::record::{Columns, LayerSnapshot, Order};

/// A page of what was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Positions in the layer, in the asked order, as many as a page holds.
    pub(super) page: Vec<u32>,
    /// How many there are altogether.
    pub(super) total: usize,
}

/// The parcels of a layer that meet a query, `count` of them from `first` on.
pub(super) fn find(
    layer: &LayerSnapshot,
    query: &ParcelQuery,
    order: wire::ParcelOrder,
    first: usize,
    count: usize,
) -> Found {
    let Some(columns) = layer.columns() else { return Found::default() };
    let order = match order {
        wire::ParcelOrder::Unspecified => None,
        wire::ParcelOrder::AreaAscending => Some(Order::AreaAscending),
        wire::ParcelOrder::AreaDescending => Some(Order::AreaDescending),
        wire::ParcelOrder::Availability => Some(Order::Availability),
    };
    if let Some(area) = &query.area {
        let mut positions = layer.positions_touching(area);
        positions.retain(|position| meets(layer, query, *position));
        layer.sort_by_code(&mut positions);
        if let Some(order) = order {
            columns.sort(order, &mut positions);
        }
        return Found { page: positions.iter().skip(first).take(count).copied().collect(), total: positions.len() };
    }
    let all = order.map_or_else(|| layer.by_code(), |order| columns.order(order, layer.by_code()));
    if !query.is_asking() {
        return Found { page: all.iter().skip(first).take(count).copied().collect(), total: all.len() };
    }
    let chosen = chosen(layer, columns, query);
    let page = all.iter().filter(|position| chosen.has(**position)).skip(first).take(count).copied().collect();
    Found { page, total: chosen.count() }
}

/// Whether a parcel meets every condition but the rectangle.
fn meets(layer: &LayerSnapshot, query: &ParcelQuery, position: u32) -> bool {
    let feature = &layer.at(position).feature;
    matches!(&feature.body, Body::Parcel(parcel) if query.meets(feature, parcel))
}

/// The parcels that meet every condition but the rectangle. What [`ParcelQuery::meets`] says of one parcel, for all, and
/// by columns as far as there are some.
fn chosen(layer: &LayerSnapshot, columns: &Columns, query: &ParcelQuery) -> Chosen {
    let mut chosen = Chosen::all(layer.features().len());
    if !query.statuses.is_empty() {
        chosen.keep(&columns.status, |status| query.statuses.contains(status));
    }
    if !query.zones.is_empty() {
        let taken = columns.zone.taken(|zone| query.zones.contains(zone));
        chosen.keep(columns.zone.column(), |number| taken.get(*number as usize).is_some_and(|taken| *taken));
    }
    if !query.land_uses.is_empty() {
        let taken = columns.land_use.taken(|code| query.meets_land_use(code));
        chosen.keep(columns.land_use.column(), |number| taken.get(*number as usize).is_some_and(|taken| *taken));
    }
    for (bounds, column) in [(query.area_m2, &columns.area_m2), (query.plot_ratio_max, &columns.plot_ratio_max)] {
        if !bounds.is_open() {
            // Not a number lies in no interval.
            let (min, max) = (bounds.min.unwrap_or(f64::NEG_INFINITY), bounds.max.unwrap_or(f64::INFINITY));
            chosen.keep(column, |value| *value >= min && *value <= max);
        }
    }
    if let Some(least) = query.min_power_kw {
        chosen.keep(&columns.power_kw, |power| *power >= least);
    }
    if !query.text.is_empty() {
        chosen.keep_each(|position| query.meets_text(&layer.at(position).feature));
    }
    chosen
}

/// Some positions of a layer, a bit each.
struct Chosen {
    bits: Vec<u64>,
}

impl Chosen {
    fn all(count: usize) -> Self {
        let mut bits = vec![u64::MAX; count.div_ceil(64)];
        if let Some(last) = bits.last_mut()
            && !count.is_multiple_of(64)
        {
            *last = (1 << (count % 64)) - 1;
        }
        Self { bits }
    }

    /// Keeps those whose value in a column is taken.
    fn keep<T>(&mut self, column: &[T], takes: impl Fn(&T) -> bool) {
        for (bits, values) in self.bits.iter_mut().zip(column.chunks(64)) {
            let taken = values.iter().enumerate().map(|(place, value)| u64::from(takes(value)) << place);
            *bits &= taken.fold(0, |all, bit| all | bit);
        }
    }

    /// Keeps those that are taken by themselves; the others are not asked about.
    fn keep_each(&mut self, takes: impl Fn(u32) -> bool) {
        for (index, bits) in self.bits.iter_mut().enumerate() {
            let mut left = *bits;
            while left > 0 {
                let place = left.trailing_zeros();
                left &= left - 1;
                if !takes(index as u32 * 64 + place) {
                    *bits &= !(1 << place);
                }
            }
        }
    }

    fn has(&self, position: u32) -> bool {
        self.bits[position as usize / 64] >> (position % 64) & 1 == 1
    }

    fn count(&self) -> usize {
        self.bits.iter().map(|bits| bits.count_ones() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::{Bounds, Layer, ParcelStatus};

    use super::*;
    use crate::record::sample;

    /// Each way of asking, by columns and parcel by parcel.
    #[test]
    fn columns_say_what_parcels_say() {
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
        ];
        let mut hits = 0;
        for filter in filters {
            let query = ParcelQuery::try_from(filter.clone()).unwrap();
            let by_code: Vec<u32> =
                layer.by_code().iter().copied().filter(|position| meets(layer, &query, *position)).collect();
            hits += by_code.len();
            for order in
                [wire::ParcelOrder::Unspecified, wire::ParcelOrder::AreaDescending, wire::ParcelOrder::Availability]
            {
                let mut one_by_one = by_code.clone();
                let status = |at: &u32| layer.columns().unwrap().status[*at as usize].availability_rank();
                match order {
                    wire::ParcelOrder::Availability => one_by_one.sort_by_key(status),
                    wire::ParcelOrder::AreaDescending => one_by_one.sort_by(|a, b| {
                        layer.at(*b).feature.shape.area_m2().total_cmp(&layer.at(*a).feature.shape.area_m2())
                    }),
                    _ => {}
                }
                let found = find(layer, &query, order, 3, 20);
                let page = one_by_one.iter().skip(3).take(20).copied().collect();
                assert_eq!(found, Found { page, total: one_by_one.len() }, "{filter:?} {order:?}");
            }
        }
        assert!(hits > 500, "{hits} hits");
    }
}
