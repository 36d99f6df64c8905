//! The whole page.

use leptos::ev;
use leptos::prelude::*;

use super::banner::Banner;
use super::card::Card;
use super::header::Header;
use super::panel::Panel;
use super::place_card::PlaceCard;
use super::stage::Stage;
use super::toast::Toast;
use super::tools::Tools;
use crate::state::Page;

/// The 3D view over the whole window, and everything else on top of it.
#[component]
pub(crate) fn App() -> impl IntoView {
    let page = Page::here();
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && untrack(move || page.has_card()) {
            page.close_card();
        }
    });
    on_cleanup(move || escape.remove());
    let has_card = move || page.selected.with(Option::is_some);
    let has_place = move || page.place.with(Option::is_some) && !has_card();
    view! {
        <a class="skip" href="#parcel-list">{page.words("app.skip")}</a>
        <Stage />
        <Header />
        <Banner />
        <Panel />
        <Tools />
        <Show when=has_card>
            <Card />
        </Show>
        <Show when=has_place>
            <PlaceCard />
        </Show>
        <Toast />
    }
}
