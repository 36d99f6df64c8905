//! What the colours in the park say.

use leptos::prelude::*;

use crate::pure::brief::{BEST_COLOUR, OPEN_COLOUR, WORST_COLOUR, shades};
use crate::state::{Matched, Page};

/// The colours that are there; nothing where nothing is coloured.
#[component]
pub(super) fn Legend() -> impl IntoView {
    let page = Page::here();
    let shades = Memo::new(move |_| {
        let of = |matched: &Matched| Some(shades(matched.reply()?, page.asks_for_floors()));
        page.matched.with(of).unwrap_or_default()
    });
    let scale = StoredValue::new(format!("background:linear-gradient(90deg,#{WORST_COLOUR:06x},#{BEST_COLOUR:06x})"));
    let open = StoredValue::new(format!("background:#{OPEN_COLOUR:06x}"));
    view! {
        <Show when=move || shades.get() != (false, false)>
            <span class="brief-legend" data-testid="brief-legend">
                <Show when=move || shades.get().0>
                    <span>
                        <span class="brief-swatch wide" style=scale.get_value() aria-hidden="true"></span>
                        {page.words("brief.legend.score")}
                    </span>
                </Show>
                <Show when=move || shades.get().1>
                    <span>
                        <span class="brief-swatch" style=open.get_value() aria-hidden="true"></span>
                        {page.words("brief.legend.open")}
                    </span>
                </Show>
            </span>
        </Show>
    }
}
