//! Dossiers: begun, waited for, and then there to be fetched.

use std::time::Duration;

use cloudsite_domain::record::Language;
use cloudsite_link::{Client, LinkError};
use cloudsite_proto::scene::Camera;
use cloudsite_proto::siting::{CreateDossierRequest, Dossier, DossierState, Picture};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::pure::camera;
use crate::pure::facts::code_of;
use crate::pure::report::Described;
use crate::state::Page;
use crate::viewer;

/// How often a dossier is asked how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(700);

/// Pictures that a server takes at most.
const MOST_PICTURES: usize = 4;

/// How long a picture of a place is waited for: whoever waits for a dossier waits for three of them.
const PATIENCE: Duration = Duration::from_secs(8);

/// The largest picture that a server takes, bytes.
const MOST_PICTURE_BYTES: u32 = 2 * 1024 * 1024;

/// How far a dossier is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Making {
    /// None was asked for.
    #[default]
    Nothing,
    /// The brief is answered and the picture taken.
    Beginning,
    /// So many are made before it.
    Waiting(u32),
    /// It is being made.
    Running,
    /// It is there.
    Done(Box<Dossier>),
    /// The server could not make it.
    Failed,
    /// The server did not take it.
    Refused(LinkError),
}

impl Making {
    /// Whether something is under way.
    pub(crate) const fn is_busy(&self) -> bool {
        matches!(self, Self::Beginning | Self::Waiting(_) | Self::Running)
    }
}

impl Loader {
    /// Makes a dossier of the brief that stands open, in the page's language and another, and says in `making` how far it
    /// is.
    pub(crate) fn make_dossier(self, second: Language, with_picture: bool, making: RwSignal<Making>) {
        let page = self.page;
        let Some(request) = request(page, second) else { return };
        let client = self.client();
        making.set(Making::Beginning);
        spawn_local(async move {
            let pictures = if with_picture { self.pictures(&request).await } else { Vec::new() };
            let made = follow(&client, CreateDossierRequest { pictures, ..request }, making).await;
            making.set(made.unwrap_or_else(Making::Refused));
        });
    }
}

/// The places that a dossier of the answer on the page describes. Follows.
pub(crate) fn described(page: Page) -> Described {
    let compared = page.compared.get();
    page.matched.with(|matched| {
        let places = matched.reply().map_or(&[][..], |reply| &reply.places[..]);
        Described::of(&compared, places)
    })
}

fn request(page: Page, second: Language) -> Option<CreateDossierRequest> {
    let revision = page.as_of.get_untracked().unwrap_or(0);
    let asked = page.brief.with_untracked(|draft| draft.as_ref()?.request(revision))?.0;
    let languages = [page.language.get_untracked(), second].map(|language| language.tag().to_owned());
    let places = untrack(move || described(page)).names();
    Some(CreateDossierRequest {
        brief: asked.brief,
        revision,
        languages: languages.into(),
        places,
        ..Default::default()
    })
}

impl Loader {
    /// The park as it is seen now, and the first places that are described. The camera comes back to where it was. In a
    /// meeting it stays there: others may see by it. Whatever cannot be seen in time is left out.
    async fn pictures(self, request: &CreateDossierRequest) -> Vec<Picture> {
        let page = self.page;
        let mut pictures: Vec<Picture> = picture(page, untrack(|| page.park_name())).await.into_iter().collect();
        let (Some(here), Some(park)) = (page.camera.get_untracked(), page.park.get_untracked()) else {
            return pictures;
        };
        if pictures.is_empty() || page.meet.with_untracked(Option::is_some) || untrack(|| page.is_split()) {
            return pictures;
        }
        let client = self.client();
        for name in request.places.iter().take(MOST_PICTURES - pictures.len()) {
            let code = code_of(name);
            let Ok(reply) = client.parcel(code, request.revision).await else { continue };
            let bounds = reply.parcel.and_then(|parcel| parcel.bounds);
            let Some(camera) = bounds.and_then(|bounds| camera::place_view(&park, &bounds)) else { continue };
            viewer::look(camera);
            if viewer::settles(PATIENCE).await {
                pictures.extend(picture(page, code.to_owned()).await);
            }
        }
        viewer::look(Camera { fly: false, moving: false, ..here });
        pictures
    }
}

async fn picture(page: Page, caption: String) -> Option<Picture> {
    let png = viewer::picture(page, MOST_PICTURE_BYTES).await?;
    Some(Picture { png, caption })
}

async fn follow(client: &Client, request: CreateDossierRequest, making: RwSignal<Making>) -> Result<Making, LinkError> {
    let mut dossier = client.create_dossier(request).await?;
    loop {
        match dossier.state() {
            DossierState::Succeeded => return Ok(Making::Done(Box::new(dossier))),
            DossierState::Failed | DossierState::Unspecified => return Ok(Making::Failed),
            DossierState::Queued => making.set(Making::Waiting(dossier.before)),
            DossierState::Running => making.set(Making::Running),
        }
        sleep(LOOK_AGAIN).await;
        dossier = match client.dossier(&dossier.name).await {
            // It goes on without us; the next answer may come.
            Err(LinkError::Unreachable { .. }) => continue,
            answer => answer?,
        };
    }
}
