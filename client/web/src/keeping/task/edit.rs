//! Editing one parcel, from the record into a draft.

use cloudsite_link::{Client, LinkError};
use cloudsite_proto::change::PutFeatureRequest;
use cloudsite_proto::identity::Role;
use cloudsite_proto::land::{Feature, Layer, ListFeaturesRequest, LonLatBounds, Parcel};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value, json};

use crate::browser;
use crate::keeping::desk::Listed;
use crate::keeping::editing::Editing;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::parcel_form::{inputs, properties};
use crate::keeping::pure::rules::Surroundings;
use crate::keeping::rules;
use crate::pure::facts::code_of;
use crate::pure::people::has;
use crate::pure::shapes::{Rings, canonical_areas};
use crate::state::Tab;

/// How far around a parcel its neighbours are asked for, degrees; some 50 m.
const AROUND_DEG: f64 = 0.0005;

impl Keeper {
    /// A card that is closed, or another one, ends what was edited on it; so does the end of the right to edit, with a file
    /// on its way in.
    pub(in crate::keeping) fn follow_editing(self) {
        let (page, desk) = (self.page, self.desk);
        Effect::new(move |edited: Option<bool>| {
            let edits = page.caller.with(|caller| has(caller.as_ref(), Role::Editor));
            if edited == Some(true) && !edits {
                desk.editing.set(None);
                desk.hovering.set(false);
                self.drop_intake();
            }
            edits
        });
        Effect::new(move |_| {
            let selected = page.selected.get();
            let is_other = desk.editing.with_untracked(|editing| {
                editing.as_ref().is_some_and(|editing| Some(&editing.code) != selected.as_ref())
            });
            if is_other {
                desk.editing.set(None);
            }
        });
    }

    /// Begins to edit a parcel that its card shows.
    pub(crate) fn begin_edit(self, parcel: Parcel) {
        let (page, desk, client) = (self.page, self.desk, self.client());
        let code = code_of(&parcel.name).to_owned();
        spawn_local(async move {
            let read = Box::pin(read(&client, &parcel)).await;
            let may_edit = page.caller.with_untracked(|caller| has(caller.as_ref(), Role::Editor));
            if page.selected.get_untracked().as_ref() != Some(&code) || !may_edit {
                return;
            }
            match read {
                Ok(editing) => {
                    let around = editing.around.clone();
                    desk.editing.set(Some(editing));
                    // Without them one edits all the same, and the server says what is wrong.
                    if rules::begin(&around, &browser::today()).await {
                        change(desk.editing, |editing| editing.has_rules = true);
                    }
                }
                Err(error) => page.toast.set(Some(untrack(|| page.explain(&error)))),
            }
        });
    }

    /// Puts what stands on the card into a draft of its own, and opens that.
    pub(crate) fn save_edit(self) {
        let (page, desk, client) = (self.page, self.desk, self.client());
        let Some(editing) = desk.editing.get_untracked().filter(|editing| !editing.saving) else { return };
        let Ok(changed) = properties(&editing.original, &editing.inputs) else { return };
        let title = untrack(|| page.fill("edit.changeset_title", &[("code", &editing.code)]));
        change(desk.editing, |editing| (editing.saving, editing.error) = (true, None));
        spawn_local(async move {
            let saved = save(&client, &title, &editing, changed).await;
            change(desk.editing, |editing| editing.saving = false);
            match saved {
                Ok(changeset) => {
                    desk.editing.set(None);
                    desk.listed.set(Listed::Open);
                    page.tab.set(Tab::Changes);
                    desk.first_look.set(Some(format!("parcel/{}", editing.code)));
                    page.open_changeset.set(Some(changeset));
                    self.look_again();
                }
                Err(error) => change(desk.editing, |editing| editing.error = Some(error)),
            }
        });
    }
}

/// Changes what is edited, if anything is.
pub(crate) fn change(editing: RwSignal<Option<Editing>>, change: impl FnOnce(&mut Editing)) {
    editing.update(|editing| {
        if let Some(editing) = editing {
            change(editing);
        }
    });
}

async fn save(
    client: &Client,
    title: &str,
    editing: &Editing,
    properties: Map<String, Value>,
) -> Result<String, LinkError> {
    let changeset = client.create_changeset(title).await?;
    let feature = json!({ "type": "Feature", "properties": properties, "geometry": geometry(&editing.areas) });
    let request = PutFeatureRequest {
        changeset: changeset.name.clone(),
        etag: changeset.etag.clone(),
        layer: Layer::Parcel.into(),
        feature_geojson: feature.to_string(),
        crs: "EPSG:4549".to_owned(),
        base_version: Some(editing.since_revision),
    };
    if let Err(error) = client.put_feature(request).await {
        // An empty draft says nothing; one that stays can be deleted from the list.
        let _stays = client.delete_changeset(&changeset.name, &changeset.etag).await;
        return Err(error);
    }
    Ok(changeset.name)
}

/// The areas as GeoJSON, in their own coordinates.
fn geometry(areas: &[Rings]) -> Value {
    let closed = |ring: &Vec<geo_types::Coord>| {
        ring.iter().chain(ring.first()).map(|at| json!([at.x, at.y])).collect::<Vec<_>>()
    };
    let polygons: Vec<Vec<_>> = areas.iter().map(|rings| rings.iter().map(closed).collect()).collect();
    match polygons.as_slice() {
        [only] => json!({ "type": "Polygon", "coordinates": only }),
        _ => json!({ "type": "MultiPolygon", "coordinates": polygons }),
    }
}

/// The parcel with what the rules need to know around it.
async fn read(client: &Client, parcel: &Parcel) -> Result<Editing, LinkError> {
    let bounds = parcel.bounds.map(|bounds| LonLatBounds {
        west: bounds.west - AROUND_DEG,
        south: bounds.south - AROUND_DEG,
        east: bounds.east + AROUND_DEG,
        north: bounds.north + AROUND_DEG,
    });
    let layer = |layer: Layer| {
        let request = ListFeaturesRequest { layer: layer.into(), bounds, page_size: 1_000, ..Default::default() };
        async move { client.features(request).await.map(|reply| reply.features) }
    };
    let (parcels, zones, parks) = futures::join!(layer(Layer::Parcel), layer(Layer::Zone), layer(Layer::Park));
    let (parcels, zones, parks) = (parcels?, zones?, parks?);
    let code = code_of(&parcel.name);
    let is_own = |feature: &&Feature| code_of(&feature.name) == code;
    let own = parcels.iter().find(is_own).ok_or_else(|| LinkError::NotFound { name: parcel.name.clone() })?;
    let original = properties_of(&own.geojson);
    let areas = canonical_areas(&own.geojson);
    let around = |features: &[Feature]| {
        let others = features.iter().filter(|other| other.name != own.name);
        others.map(|other| (code_of(&other.name).to_owned(), canonical_areas(&other.geojson))).collect::<Vec<_>>()
    };
    let (around_parcels, around_zones) = (around(&parcels), around(&zones));
    let region = parks.first().and_then(|park| properties_of(&park.geojson).get("region")?.as_str().map(str::to_owned));
    Ok(Editing {
        code: code.to_owned(),
        since_revision: own.since_revision,
        inputs: inputs(&original),
        original,
        original_areas: areas.clone(),
        areas,
        touched: None,
        around: Surroundings { parcels: around_parcels, zones: around_zones, region },
        has_rules: false,
        saving: false,
        error: None,
    })
}

fn properties_of(geojson: &str) -> Map<String, Value> {
    let feature = serde_json::from_str::<Value>(geojson).unwrap_or_default();
    feature["properties"].as_object().cloned().unwrap_or_default()
}
