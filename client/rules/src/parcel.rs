//! A parcel from the fields of a form.

use cloudsite_domain::record::{Acquisition, Body, Bounds, Parcel, ParcelStatus, Setbacks, Tenure, TenureKind};
use serde_json::{Map, Value, json};

/// The parcel that these properties mean, for the rules. What is not shown in the form counts too; what the record would
/// refuse is left out here, and refused when it is saved.
pub(crate) fn body(properties: &Map<String, Value>) -> Body {
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let number = |name: &str| properties.get(name).and_then(Value::as_f64);
    let bounds = |name: &str| {
        let bound = |end: &str| number(&format!("{name}_{end}"));
        Bounds { min: bound("min"), max: bound("max") }
    };
    let list = |name: &str| properties.get(name).cloned().unwrap_or_default();
    let status = text("status").and_then(|word| word.parse().ok()).unwrap_or(ParcelStatus::Unknown);
    let setbacks = [number("setback_front_m"), number("setback_side_m"), number("setback_rear_m")];
    let price = json!({
        "cny_per_m2": properties.get("price_cny_per_m2"),
        "as_of": properties.get("price_as_of"),
        "source": properties.get("price_source"),
    });
    Body::Parcel(Box::new(Parcel {
        acquisition: text("acquisition").and_then(|word| word.parse::<Acquisition>().ok()),
        zone: text("zone").and_then(|code| code.parse().ok()),
        land_use: text("land_use").and_then(|code| code.parse().ok()),
        plot_ratio: bounds("plot_ratio"),
        site_coverage: bounds("site_coverage"),
        green_ratio: bounds("green_ratio"),
        height_limit_m: number("height_limit_m"),
        setbacks: match setbacks {
            [Some(front_m), Some(side_m), Some(rear_m)] => Some(Setbacks { front_m, side_m, rear_m }),
            _ => None,
        },
        tenure: text("tenure")
            .and_then(|word| word.parse::<TenureKind>().ok())
            .zip(number("tenure_years"))
            .map(|(kind, years)| Tenure { kind, years: years as u32 }),
        vibration_um_per_s: number("vibration_um_per_s"),
        hazard_class: text("hazard_class").and_then(|word| word.parse().ok()),
        price: serde_json::from_value(price).ok(),
        supplies: serde_json::from_value(list("supplies")).unwrap_or_default(),
        sources: serde_json::from_value(list("sources")).unwrap_or_default(),
        ..Parcel::with_status(status)
    }))
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::LandUse;

    use super::*;

    #[test]
    fn the_rules_see_what_the_form_says() {
        let properties = json!({
            "code": "WX-01", "status": "available", "plot_ratio_max": 2.5, "land_use": "100101", "zone": "Z-1",
            "tenure": "grant", "tenure_years": 50, "setback_front_m": 8, "setback_side_m": 5, "setback_rear_m": 5,
            "supplies": [{"kind": "power", "capacity": 3000.0, "as_of": "2026-01-01", "source": "Grid"}],
            "price_cny_per_m2": 480.0, "price_as_of": "2026-01-01", "price_source": "List",
        });
        let Body::Parcel(parcel) = body(properties.as_object().unwrap()) else { panic!("a parcel") };
        assert_eq!((parcel.status, parcel.land_use), (ParcelStatus::Available, "100101".parse::<LandUse>().ok()));
        assert_eq!((parcel.plot_ratio.max, parcel.supplies.len()), (Some(2.5), 1));
        assert_eq!(parcel.tenure, Some(Tenure { kind: TenureKind::Grant, years: 50 }));
        assert_eq!(parcel.setbacks, Some(Setbacks { front_m: 8.0, side_m: 5.0, rear_m: 5.0 }));
        assert_eq!(parcel.price.map(|price| price.cny_per_m2), Some(480.0));
    }

    #[test]
    fn what_is_not_said_is_unknown() {
        let Body::Parcel(parcel) = body(&Map::new()) else { panic!("a parcel") };
        assert_eq!(*parcel, Parcel::with_status(ParcelStatus::Unknown));
    }
}
