//! What someone looks for.

use cloudsite_domain::record::ParcelStatus;
use cloudsite_proto::land::{Bounds, ListParcelsRequest, ParcelFilter, ParcelOrder, ParcelView};

/// The land uses that the filter offers, by the code's first digits.
pub(crate) const LAND_USES: [&str; 9] = ["10", "11", "0802", "09", "12", "13", "14", "07", "16"];

/// Parcels in one reply.
pub(crate) const PAGE_SIZE: i32 = 60;

/// The conditions of the panel. An absent one is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Filter {
    /// Part of a code or name.
    pub(crate) text: String,
    /// Any of these.
    pub(crate) statuses: Vec<ParcelStatus>,
    /// Resource name of the zone.
    pub(crate) zone: Option<String>,
    /// Beginning of the land-use code.
    pub(crate) land_use: Option<String>,
    pub(crate) min_area_m2: Option<f64>,
    pub(crate) max_area_m2: Option<f64>,
    /// Power there already.
    pub(crate) min_power_kw: Option<f64>,
}

impl Filter {
    /// Whether any condition is set.
    pub(crate) fn is_active(&self) -> bool {
        *self != Self::default()
    }

    /// How many conditions besides the text are set.
    pub(crate) fn conditions(&self) -> usize {
        [
            !self.statuses.is_empty(),
            self.zone.is_some(),
            self.land_use.is_some(),
            self.min_area_m2.is_some() || self.max_area_m2.is_some(),
            self.min_power_kw.is_some(),
        ]
        .into_iter()
        .filter(|set| *set)
        .count()
    }

    /// Sets a status or takes it out.
    pub(crate) fn toggle(&mut self, status: ParcelStatus) {
        if self.statuses.contains(&status) {
            self.statuses.retain(|other| *other != status);
        } else {
            self.statuses.push(status);
            self.statuses.sort();
        }
    }

    /// The condition as the server takes it. Bounds of the area the wrong way round are exchanged, not refused.
    fn condition(&self) -> ParcelFilter {
        let (min, max) = match (self.min_area_m2, self.max_area_m2) {
            (Some(min), Some(max)) if min > max => (Some(max), Some(min)),
            bounds => bounds,
        };
        ParcelFilter {
            statuses: self.statuses.iter().map(ToString::to_string).collect(),
            zones: self.zone.iter().cloned().collect(),
            land_uses: self.land_use.iter().cloned().collect(),
            area_m2: (min.is_some() || max.is_some()).then_some(Bounds { min, max }),
            min_power_kw: self.min_power_kw,
            text: self.text.trim().to_owned(),
            ..ParcelFilter::default()
        }
    }

    /// The request for a page of the parcels that meet it as of a revision, 0 being the newest; an empty token asks for
    /// the first page.
    pub(crate) fn request(
        &self,
        order: ParcelOrder,
        page_size: i32,
        page_token: &str,
        revision: u64,
    ) -> ListParcelsRequest {
        ListParcelsRequest {
            filter: self.is_active().then(|| self.condition()),
            order: order.into(),
            page_size,
            page_token: page_token.to_owned(),
            view: ParcelView::Basic.into(),
            revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_condition_sends_none() {
        let filter = Filter::default();
        assert!(!filter.is_active());
        assert_eq!(filter.request(ParcelOrder::Unspecified, PAGE_SIZE, "", 0).filter, None);
    }

    #[test]
    fn each_condition_arrives_at_its_field() {
        let filter = Filter {
            text: " WX-0 ".to_owned(),
            statuses: vec![ParcelStatus::Available],
            zone: Some("zones/CBZ".to_owned()),
            land_use: Some("10".to_owned()),
            min_area_m2: Some(20_000.0),
            max_area_m2: None,
            min_power_kw: Some(5_000.0),
        };
        let expected = ParcelFilter {
            statuses: vec!["available".to_owned()],
            zones: vec!["zones/CBZ".to_owned()],
            land_uses: vec!["10".to_owned()],
            area_m2: Some(Bounds { min: Some(20_000.0), max: None }),
            min_power_kw: Some(5_000.0),
            text: "WX-0".to_owned(),
            ..ParcelFilter::default()
        };
        let request = filter.request(ParcelOrder::AreaDescending, 10, "next", 7);
        assert_eq!(request.filter, Some(expected));
        assert_eq!(
            (request.order(), request.page_size, request.page_token.as_str(), request.revision),
            (ParcelOrder::AreaDescending, 10, "next", 7)
        );
        assert_eq!(filter.conditions(), 5);
    }

    #[test]
    fn bounds_the_wrong_way_round_are_exchanged() {
        let filter = Filter { min_area_m2: Some(9.0), max_area_m2: Some(3.0), ..Filter::default() };
        assert_eq!(filter.condition().area_m2, Some(Bounds { min: Some(3.0), max: Some(9.0) }));
    }

    #[test]
    fn a_status_is_set_and_taken_out() {
        let mut filter = Filter::default();
        filter.toggle(ParcelStatus::Taken);
        filter.toggle(ParcelStatus::Available);
        assert_eq!(filter.statuses, [ParcelStatus::Available, ParcelStatus::Taken]);
        filter.toggle(ParcelStatus::Available);
        assert_eq!(filter.statuses, [ParcelStatus::Taken]);
    }
}
