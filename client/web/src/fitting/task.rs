//! Following the open parcel and the sun.

use std::time::Duration;

use cloudsite_domain::siting::massing::Massing;
use cloudsite_domain::siting::sun::SunDay;
use cloudsite_link::{Client, LinkError};
use cloudsite_proto::land::{Layer, ListFeaturesRequest, LonLatBounds, Parcel};
use gloo_timers::future::sleep;
use jiff::civil::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fitter::Fitter;
use super::pure::ground::{Around, ground};
use super::pure::variants::{self, Variant};
use super::shine::Shine;
use super::trial::Ground;
use crate::browser;
use crate::pure::brief::Draft;
use crate::pure::camera;
use crate::pure::facts::code_of;
use crate::state::{Card, Page};

/// How far around a parcel its neighbours are asked for, degrees; some 100 m.
const AROUND_DEG: f64 = 0.001;

/// How long a factory has to rest before the sun around it is counted.
const REST: Duration = Duration::from_millis(150);

impl Fitter {
    /// Makes the open parcel ready once a factory is to be tried on it.
    pub(super) fn follow_parcel(self) {
        let (page, trial) = (self.page, self.trial);
        trial
            .variants
            .set(browser::kept_variants(&park_code(page)).map(|kept| variants::read(&kept)).unwrap_or_default());
        let wanted = Memo::new(move |_| {
            page.fit.with(Option::is_some).then_some(())?;
            page.park.with(Option::is_some).then_some(())?;
            page.card.with(|card| match card {
                Card::Loaded { parcel, revision } => Some((code_of(&parcel.name).to_owned(), *revision)),
                Card::Loading | Card::Failed(_) => None,
            })
        });
        Effect::new(move |_| {
            let is_wanted = wanted.with(Option::is_some);
            trial.ground.set(None);
            trial.failure.set(None);
            trial.massing.set(None);
            trial.shine.set(None);
            if is_wanted {
                self.load();
            }
        });
        // Closed, or the card of another parcel: what was asked for was asked for here.
        Effect::new(move |before: Option<Option<String>>| {
            let selected = page.selected.get();
            if before.flatten().is_some_and(|before| Some(&before) != selected.as_ref()) {
                page.fit.set(None);
            }
            selected
        });
    }

    fn load(self) {
        let (page, trial, client) = (self.page, self.trial, self.loader.client());
        let parcel = page.card.with_untracked(|card| match card {
            Card::Loaded { parcel, .. } => Some(parcel.clone()),
            Card::Loading | Card::Failed(_) => None,
        });
        let (Some(parcel), Some(park)) = (parcel, page.park.get_untracked()) else { return };
        let revision = page.asked_revision();
        spawn_local(async move {
            let around = Box::pin(around(&client, &parcel, revision)).await;
            let is_still = page
                .card
                .with_untracked(|card| matches!(card, Card::Loaded { parcel: now, .. } if now.name == parcel.name));
            if !is_still || page.fit.with_untracked(Option::is_none) {
                return;
            }
            let day: Option<Date> = browser::today().parse().ok();
            let place = camera::park_from_lon_lat(&park);
            match around.map(|around| ground(&parcel, &around, day, place)) {
                Ok(Some((site, neighbours, basis))) => {
                    let anchor = parcel.anchor.unwrap_or_default();
                    let code = code_of(&parcel.name).to_owned();
                    let asked = page.fit.get_untracked().and_then(|fit| fit.parse::<Massing>().ok());
                    // What the brief asks for is what one wants to try.
                    let hall = page.brief.with_untracked(|brief| brief.as_ref().and_then(Draft::hall));
                    let hall = hall.and_then(|(width_m, depth_m)| site.begin_with(width_m, depth_m));
                    let massing = asked.or(hall).or_else(|| site.begin());
                    let position = (anchor.lat, anchor.lon);
                    trial.ground.set(Some(Ground { code, site, neighbours, basis, position }));
                    self.put(massing);
                }
                Ok(None) => trial.failure.set(Some(untrack(|| page.text("fit.no_shape")))),
                Err(error) => trial.failure.set(Some(untrack(|| page.explain(&error)))),
            }
        });
    }

    /// Counts the sun of the chosen day once the factory rests.
    pub(super) fn follow_sun(self) {
        let (trial, number) = (self.trial, self.sun_number);
        Effect::new(move |_| {
            let day = trial.day.get();
            trial.massing.track();
            trial.ground.track();
            number.update_value(|number| *number = number.wrapping_add(1));
            let own = number.get_value();
            if day.is_empty() {
                trial.shine.set(None);
                return;
            }
            spawn_local(async move {
                sleep(REST).await;
                if number.get_value() == own {
                    trial.shine.set(self.shine(&day));
                }
            });
        });
    }

    fn shine(self, day: &str) -> Option<Shine> {
        let date: Date = day.parse().ok()?;
        let massing = self.now()?;
        self.trial.ground.with_untracked(|ground| {
            let ground = ground.as_ref()?;
            let day = SunDay::new(date, ground.position.0, ground.position.1).ok()?;
            Some(Shine::count(&day, ground, &massing))
        })
    }

    /// Keeps the factory under a name; whether it was one.
    pub(super) fn keep(self, name: String) -> bool {
        let (Some(massing), Some(parcel)) = (self.now(), self.page.selected.get_untracked()) else { return false };
        let variant = Variant { name, parcel, fit: massing.to_string() };
        let kept = self.trial.variants.try_update(|kept| variants::keep(kept, variant)).unwrap_or_default();
        self.write_variants();
        kept
    }

    /// Forgets a variant.
    pub(super) fn forget(self, variant: &Variant) {
        self.trial.variants.update(|kept| kept.retain(|other| other != variant));
        self.write_variants();
    }

    fn write_variants(self) {
        let written = self.trial.variants.with_untracked(|kept| variants::written(kept));
        browser::keep_variants(&park_code(self.page), &written);
    }
}

fn park_code(page: Page) -> String {
    page.park.with_untracked(|park| park.as_ref().map(|park| park.code.clone()).unwrap_or_default())
}

/// What lies around a parcel.
async fn around(client: &Client, parcel: &Parcel, revision: u64) -> Result<Around, LinkError> {
    let bounds = parcel.bounds.map(|bounds| LonLatBounds {
        west: bounds.west - AROUND_DEG,
        south: bounds.south - AROUND_DEG,
        east: bounds.east + AROUND_DEG,
        north: bounds.north + AROUND_DEG,
    });
    let layer = |layer: Layer| {
        let request =
            ListFeaturesRequest { layer: layer.into(), bounds, page_size: 1_000, revision, ..Default::default() };
        async move { client.features(request).await }
    };
    let (parcels, buildings, masks, parks) =
        futures::join!(layer(Layer::Parcel), layer(Layer::Building), layer(Layer::Mask), layer(Layer::Park));
    let parks = parks.unwrap_or_default().features;
    let region = parks.first().and_then(|park| browser::property(&park.geojson, "region"));
    Ok(Around {
        parcels: parcels?.features,
        buildings: buildings.unwrap_or_default().features,
        masks: masks.ok().filter(|reply| !reply.withheld).map(|reply| reply.features),
        region,
    })
}
