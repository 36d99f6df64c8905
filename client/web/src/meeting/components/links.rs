//! The links that lead to a meeting: for whom each is, whether it was used, and how it is taken back.

use cloudsite_link::LinkError;
use cloudsite_proto::meeting::GuestLink;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::meeting::attending::Attending;
use crate::meeting::pure::words::{link_key, role_key};
use crate::state::Page;

/// A list, the newest first.
#[component]
pub(super) fn Links(
    /// The meeting's name.
    parent: String,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let hall = attending.hall;
    attending.load_links(parent);
    let list = move || match hall.links.get() {
        None => view! { <p class="empty" role="status">{page.words("meeting.links.loading")}</p> }.into_any(),
        Some(Err(error)) => view! { <p class="empty" role="alert">{page.explain(&error)}</p> }.into_any(),
        Some(Ok(links)) if links.is_empty() => {
            view! { <p class="empty" data-testid="no-links">{page.words("meeting.links.none")}</p> }.into_any()
        }
        Some(Ok(links)) => {
            let rows = links.into_iter().rev().map(|link| view! { <Row link /> }).collect_view();
            view! { <ul class="meeting-list" data-testid="links">{rows}</ul> }.into_any()
        }
    };
    view! {
        <h3>{page.words("meeting.links")}</h3>
        {list}
    }
}

#[component]
fn Row(
    /// Which link.
    link: GuestLink,
) -> impl IntoView {
    let page = Page::here();
    let attending = Attending::here();
    let (asks, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<LinkError>);
    let (role, key, revoked) = (role_key(link.role()), link_key(&link), link.revoked);
    let moment = |at: Option<prost_types::Timestamp>| at.map_or(0, |at| at.seconds);
    let (used_at, expires_at) = (moment(link.used_at), moment(link.expires_at));
    let standing = move || {
        let language = page.language.get();
        let (used, until) = (browser::date_and_time(used_at, language), browser::date_and_time(expires_at, language));
        page.fill(key, &[("used", &used), ("until", &until)])
    };
    let present = link.present.join(", ");
    let names = present.clone();
    let is_there = (!present.is_empty()).then(move || {
        view! { <span class="hint" data-testid="link-present">{move || page.fill("meeting.links.present", &[("names", &names)])}</span> }
    });
    let take_back = move |_| {
        if !asks.get_untracked() {
            return asks.set(true);
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let name = link.name.clone();
        spawn_local(async move {
            // What becomes of it is seen in the list, which is loaded anew.
            if let Err(error) = attending.take_link_back(&name).await {
                failure.try_set(Some(error));
                busy.try_set(false);
            }
        });
    };
    let take_back_words = move || match (asks.get(), present.is_empty()) {
        (false, _) => page.text("meeting.links.take_back"),
        (true, true) => page.text("meeting.links.take_back_sure"),
        (true, false) => page.fill("meeting.links.send_out_sure", &[("names", &present)]),
    };
    view! {
        <li class="meeting-row" class:cancelled=revoked data-testid="link">
            <b>{link.display_name}</b>
            <span class="meeting-time">{page.words(role)} " · " {standing}</span>
            {is_there}
            {(!revoked).then(|| view! {
                <div class="meeting-acts">
                    <button class="link" type="button" data-testid="take-link-back" disabled=move || busy.get() on:click=take_back>
                        {take_back_words}
                    </button>
                </div>
            })}
            <p class="failure" role="alert">{move || failure.get().map(|error| page.explain(&error))}</p>
        </li>
    }
}
