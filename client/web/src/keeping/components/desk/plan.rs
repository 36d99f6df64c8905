//! A plan of one feature: as it was, and as it will be.

use geo_types::Coord;
use leptos::prelude::*;

use crate::pure::camera::park_from_lon_lat;
use crate::pure::shapes::{Rings, areas};
use crate::state::Page;

/// Room around the shapes, as a share of their size.
const MARGIN: f64 = 0.08;

/// Both shapes over each other, north up.
#[component]
pub(super) fn Plan(
    /// As it was, a GeoJSON feature or nothing.
    before: String,
    /// As it will be.
    after: String,
) -> impl IntoView {
    let page = Page::here();
    let drawn = move || {
        page.park.with(|park| {
            let place = park_from_lon_lat(park.as_ref()?);
            let (before, after) = (areas(&before, &place), areas(&after, &place));
            let view = view_box(before.iter().chain(&after))?;
            Some(view! {
                <svg class="plan" viewBox=view role="img" aria-label=page.words("compare.plan")>
                    <path class="plan-before" d=path(&before) />
                    <path class="plan-after" d=path(&after) />
                </svg>
            })
        })
    };
    view! { {drawn} }
}

/// The rings as a path of SVG, whose y points down.
fn path(areas: &[Rings]) -> String {
    let ring = |ring: &Vec<Coord>| {
        let places: Vec<String> = ring.iter().map(|at| format!("{:.2} {:.2}", at.x, -at.y)).collect();
        format!("M{}Z", places.join("L"))
    };
    areas.iter().flatten().map(ring).collect()
}

/// The box around everything; none if there is nothing.
fn view_box<'a>(areas: impl Iterator<Item = &'a Rings>) -> Option<String> {
    let places: Vec<Coord> = areas.flatten().flatten().copied().collect();
    let first = *places.first()?;
    let (low, high) = places.iter().fold((first, first), |(low, high), at| {
        (Coord { x: low.x.min(at.x), y: low.y.min(at.y) }, Coord { x: high.x.max(at.x), y: high.y.max(at.y) })
    });
    let margin = (high.x - low.x).max(high.y - low.y).max(1.0) * MARGIN;
    let (width, height) = (high.x - low.x + 2.0 * margin, high.y - low.y + 2.0 * margin);
    Some(format!("{:.2} {:.2} {width:.2} {height:.2}", low.x - margin, -high.y - margin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn north_is_up_and_everything_is_seen() {
        let ring = vec![Coord { x: 0.0, y: 0.0 }, Coord { x: 100.0, y: 0.0 }, Coord { x: 100.0, y: 50.0 }];
        let areas = vec![vec![ring]];
        assert_eq!(
            path(&areas),
            "M0.00 0.00L100.00 0.00L100.00 -50.00Z"
                .replace("0.00 0.00", "0.00 -0.00")
                .replace("100.00 0.00", "100.00 -0.00")
        );
        assert_eq!(view_box(areas.iter()).as_deref(), Some("-8.00 -58.00 116.00 66.00"));
        assert_eq!(view_box(std::iter::empty()), None);
    }
}
