//! The strip of those whom one sees.

use leptos::prelude::*;

use super::tile::TileView;
use crate::meeting::attending::Attending;
use crate::meeting::pure::tiles::tiles;
use crate::state::Page;

/// People beside whom the park is looked at.
const MOST: usize = 8;

/// At the upper edge, beside panel and card; scrolls where it is narrow.
#[component]
pub(super) fn Tiles() -> impl IntoView {
    let page = Page::here();
    let hall = Attending::here().hall;
    let shown =
        Memo::new(move |_| hall.seen.with(|seen| hall.spoke.with(|spoke| tiles(&seen.state, seen.own, spoke, MOST))));
    // One that is gone is no longer large.
    Effect::new(move |_| {
        let is_gone = hall.large.get().is_some_and(|large| shown.with(|shown| !shown.contains(&large)));
        if is_gone {
            hall.large.set(None);
        }
    });
    view! {
        <ul class="tiles-strip" class:has-large=move || hall.large.with(Option::is_some) aria-label=page.words("meeting.tiles") data-testid="tiles">
            <For each=move || shown.get() key=|tile| *tile let(tile)>
                <TileView tile />
            </For>
        </ul>
    }
}
