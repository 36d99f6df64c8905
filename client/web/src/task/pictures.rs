//! Pictures of the park for a dossier, for which the camera goes to one place after another.

use std::time::Duration;

use cloudsite_proto::land::LonLatBounds;
use cloudsite_proto::scene::Camera;
use cloudsite_proto::siting::Picture;
use leptos::prelude::*;

use super::Loader;
use crate::pure::camera;
use crate::state::{Page, Tour};
use crate::viewer;

/// Pictures that a server takes at most.
const MOST_PICTURES: usize = 4;

/// How long a picture of a place is waited for: whoever waits for a dossier waits for three of them.
const PATIENCE: Duration = Duration::from_secs(8);

/// The largest picture that a server takes, bytes.
const MOST_PICTURE_BYTES: u32 = 2 * 1024 * 1024;

impl Loader {
    /// A tour ends where somebody begins to work by the camera, and with the brief that it is for.
    pub(super) fn follow_tour(self) {
        let page = self.page;
        Effect::new(move |_| {
            if page.holds_camera() || page.brief.with(Option::is_none) {
                page.take_camera();
            }
        });
    }

    /// The park as it is seen now, and the first of these places. The camera comes back to where it was, unless it is taken
    /// meanwhile: then there are no further pictures. Where it must stay, or already goes round, there is only the first.
    /// Whatever cannot be seen in time is left out.
    pub(super) async fn pictures(self, keys: &[String], revision: u64) -> Vec<Picture> {
        let page = self.page;
        let mut pictures: Vec<Picture> = picture(page, untrack(|| page.park_name())).await.into_iter().collect();
        let Some(here) = page.camera.get_untracked() else { return pictures };
        if pictures.is_empty() || untrack(|| page.holds_camera()) || page.tour.get_untracked().goes {
            return pictures;
        }
        page.tour.update(|tour| *tour = Tour { number: tour.number.wrapping_add(1), goes: true });
        let ours = page.tour.get_untracked();
        let goes = move || page.tour.get_untracked() == ours;
        for key in keys.iter().take(MOST_PICTURES - pictures.len()) {
            let bounds = self.bounds(key, revision).await;
            let park = page.park.get_untracked();
            let Some(camera) = park.zip(bounds).and_then(|(park, bounds)| camera::place_view(&park, &bounds)) else {
                continue;
            };
            if !goes() {
                break;
            }
            viewer::go(camera);
            if viewer::settles(PATIENCE, goes).await {
                pictures.extend(picture(page, untrack(|| page.title(key))).await);
            }
        }
        if goes() {
            viewer::go(Camera { fly: false, moving: false, ..here });
            page.take_camera();
        }
        pictures
    }

    /// Where a place lies, by its key.
    async fn bounds(self, key: &str, revision: u64) -> Option<LonLatBounds> {
        self.compared(key, revision).await.ok()?.bounds().copied()
    }
}

async fn picture(page: Page, caption: String) -> Option<Picture> {
    let png = viewer::picture(page, MOST_PICTURE_BYTES).await?;
    Some(Picture { png, caption })
}
