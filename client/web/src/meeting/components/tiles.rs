//! Those whom one sees: as a strip beside the park, with whoever speaks large, or as a grid.

use leptos::prelude::*;

use super::tile::TileView;
use crate::meeting::attending::Attending;
use crate::meeting::pure::stage::{Layout, large};
use crate::meeting::pure::tiles::{Seats, columns, seats};
use crate::state::Page;

/// People whom one sees at a time beside oneself: as many as there are receivers for, with one for who is large.
const MOST: usize = 8;

const STRIP: &str = "M2.5 4h4.3v4H2.5ZM8 4h4.3v4H8ZM13.4 4h4.1v4h-4.1Z";
const SPEAKER: &str = "M2.5 3.5h15v9h-15ZM2.5 14.5h4.3v2.5H2.5ZM8 14.5h4.3V17H8ZM13.4 14.5h4.1V17h-4.1Z";
const GRID: &str = "M3 3.5h6v5.7H3ZM11 3.5h6v5.7h-6ZM3 11h6v5.7H3ZM11 11h6v5.7h-6Z";

/// At the upper edge, beside panel and card; scrolls where it is narrow.
#[component]
pub(super) fn Tiles() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let there = Memo::new(move |_| {
        let at = hall.seats.get();
        hall.seen.with(|seen| hall.spoke.with(|spoke| seats(&seen.state, seen.own, spoke, MOST, at)))
    });
    let large = Memo::new(move |_| {
        let own = hall.seen.with(|seen| seen.own);
        let speaker = hall.speaker.with(|speaker| speaker.person);
        there.with(|seats| large(hall.layout.get(), hall.chosen.get(), speaker, &seats.there, own))
    });
    // Whoever is large is there in any case.
    let shown = Memo::new(move |_| {
        let of_page = there.with(|seats| seats.page.clone());
        let further = large.get().filter(|large| !of_page.contains(large));
        further.into_iter().chain(of_page).collect::<Vec<_>>()
    });
    // One that is gone is no longer chosen.
    Effect::new(move |_| {
        let is_gone = hall.chosen.get().is_some_and(|chosen| there.with(|seats| !seats.there.contains(&chosen)));
        if is_gone {
            hall.chosen.set(None);
        }
    });
    let across = move || columns(shown.with(Vec::len)).to_string();
    let across_narrow = move || columns(shown.with(Vec::len)).min(3).to_string();
    view! {
        <ul
            class="tiles-strip"
            class:has-large=move || large.with(Option::is_some)
            data-layout=move || hall.layout.get().word()
            style=("--columns", across)
            style=("--columns-narrow", across_narrow)
            aria-label=page.words("meeting.tiles")
            data-testid="tiles"
        >
            <li class="tiles-tools"><Layouts /> <Pages there /></li>
            <For each=move || shown.get() key=|tile| *tile let(tile)>
                <TileView tile large />
            </For>
        </ul>
    }
}

/// The choice of how they are laid out.
#[component]
fn Layouts() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let button = move |layout: Layout| {
        let icon = match layout {
            Layout::Strip => STRIP,
            Layout::Speaker => SPEAKER,
            Layout::Grid => GRID,
        };
        view! {
            <button
                type="button"
                aria-pressed=move || (hall.layout.get() == layout).to_string()
                aria-label=page.words(layout.key())
                title=move || format!("{} (V)", page.text(layout.key()))
                data-testid=format!("layout-{}", layout.word())
                on:click=move |_| hall.layout.set(layout)
            >
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d=icon /></svg>
            </button>
        }
    };
    view! {
        <div class="tiles-layouts" role="group" aria-label=page.words("meeting.layout")>
            {Layout::ALL.map(button).collect_view()}
        </div>
    }
}

/// The way to those for whom there is no room; there if there are such.
#[component]
fn Pages(
    /// All of them.
    there: Memo<Seats>,
) -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let pages = Memo::new(move |_| there.with(|seats| seats.pages));
    let at = Memo::new(move |_| hall.seats.get().min(pages.get().saturating_sub(1)));
    let is_last = move || pages.get() <= at.get() + 1;
    let go = move |to: usize| hall.seats.set(to);
    let place = move || {
        let (at, of) = ((at.get() + 1).to_string(), pages.get().to_string());
        page.fill("meeting.layout.page", &[("n", &at), ("of", &of)])
    };
    view! {
        <Show when=move || 1 < pages.get()>
            <div class="tiles-pages" role="group" aria-label=place>
                <button
                    type="button"
                    aria-label=page.words("meeting.layout.before")
                    title=page.words("meeting.layout.before")
                    disabled=move || at.get() == 0
                    data-testid="seats-before"
                    on:click=move |_| go(at.get_untracked().saturating_sub(1))
                >
                    "‹"
                </button>
                <span data-testid="seats-page">{move || format!("{}/{}", at.get() + 1, pages.get())}</span>
                <button
                    type="button"
                    aria-label=page.words("meeting.layout.next")
                    title=page.words("meeting.layout.next")
                    disabled=is_last
                    data-testid="seats-next"
                    on:click=move |_| go(at.get_untracked() + 1)
                >
                    "›"
                </button>
            </div>
        </Show>
    }
}
