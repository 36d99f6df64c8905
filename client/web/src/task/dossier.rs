//! Dossiers: begun, waited for, and then there to be fetched.

use std::time::Duration;

use cloudsite_domain::record::Language;
use cloudsite_link::{Client, LinkError};
use cloudsite_proto::siting::{CreateDossierRequest, Dossier, DossierState, Variant};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use crate::browser;
use crate::fitting;
use crate::pure::report::Described;
use crate::state::Page;

/// How often a dossier is asked how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(700);

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
        let described = untrack(move || described(page));
        let keys = described.keys();
        let client = self.client();
        making.set(Making::Beginning);
        spawn_local(async move {
            let pictures = if with_picture { self.pictures(&keys, request.revision).await } else { Vec::new() };
            let variants = kept_variants(page, described.codes).await;
            let made = follow(&client, CreateDossierRequest { pictures, variants, ..request }, making).await;
            making.set(made.unwrap_or_else(Making::Refused));
        });
    }
}

/// The places that a dossier of the answer on the page describes. Follows.
pub(crate) fn described(page: Page) -> Described {
    let compared = page.compared.get();
    page.matched.with(|matched| matched.reply().map(|answer| Described::of(&compared, answer)).unwrap_or_default())
}

/// The factories that are kept in this browser on these parcels. They are its reader's, so they go into the reader's dossier.
async fn kept_variants(page: Page, codes: Vec<String>) -> Vec<Variant> {
    let Some(park) = page.park.get_untracked() else { return Vec::new() };
    // What reads them is fetched only where there are some.
    let Some(text) = browser::kept_variants(&park.code) else { return Vec::new() };
    let kept = fitting::read_kept(text, codes, park).await;
    kept.unwrap_or_else(|_| {
        page.toast.set(Some(untrack(|| page.text("toast.piece_missing"))));
        Vec::new()
    })
}

fn request(page: Page, second: Language) -> Option<CreateDossierRequest> {
    // Of the answer that stands on the page: the record may change meanwhile.
    let revision = page.matched.with_untracked(|matched| matched.reply().map_or(0, |answer| answer.revision));
    let asked = page.brief.with_untracked(|draft| draft.as_ref()?.request(revision))?.0;
    let languages = [page.language.get_untracked(), second].map(|language| language.tag().to_owned());
    let described = untrack(move || described(page));
    Some(CreateDossierRequest {
        brief: asked.brief,
        revision,
        languages: languages.into(),
        places: described.names(),
        assemblies: described.sets(),
        floors: described.floors,
        ..Default::default()
    })
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
