//! The whole page.

use leptos::ev;
use leptos::prelude::*;

use super::as_of::AsOf;
use super::banner::Banner;
use super::card::Card;
use super::compare::{Comparison, SplitHead};
use super::header::Header;
use super::panel::Panel;
use super::place_card::PlaceCard;
use super::sign_in::SignIn;
use super::stage::Stage;
use super::toast::Toast;
use super::tools::Tools;
use crate::keeping::Keeping;
use crate::meeting::Meeting;
use crate::state::Page;

/// The 3D view over the whole window, and everything else on top of it.
#[component]
pub(crate) fn App() -> impl IntoView {
    let page = Page::here();
    let compares = move || page.keeping.get().is_some_and(Keeping::compares);
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && page.take_camera() {
            return;
        }
        let keeping = page.keeping.get_untracked();
        let (compares, is_split) = (page.comparing.get_untracked(), untrack(|| page.is_split()));
        let is_dialogs = page.signing_in.get_untracked()
            || (compares && !is_split)
            || keeping.is_some_and(Keeping::asks)
            || page.meeting.get_untracked().is_some_and(Meeting::asks);
        if event.key() == "Escape" && !is_dialogs {
            if let Some(keeping) = keeping.filter(|keeping| untrack(|| keeping.compares())) {
                keeping.stop_comparing();
            } else if untrack(move || page.has_card()) {
                page.close_card();
            } else if is_split {
                // The table opens by it; the same key would close it again.
                event.prevent_default();
                page.split.set(false);
            }
        }
    });
    on_cleanup(move || escape.remove());
    let has_card = move || page.selected.with(Option::is_some) && !compares();
    let has_place = move || page.place.with(Option::is_some) && !has_card() && !compares();
    view! {
        <a class="skip" href="#parcel-list">{page.words("app.skip")}</a>
        <Stage />
        <Header />
        <Banner />
        <AsOf />
        <Panel />
        <Tools />
        <Show when=has_card>
            <Card />
        </Show>
        <Show when=has_place>
            <PlaceCard />
        </Show>
        <Show when=compares>
            {move || page.keeping.get().map(Keeping::change_card)}
        </Show>
        <Comparison />
        <Show when=move || page.is_split()>
            <SplitHead />
        </Show>
        <SignIn />
        {move || page.keeping.get().map(Keeping::intake)}
        {move || page.meeting.get().map(Meeting::room)}
        <Toast />
    }
}
