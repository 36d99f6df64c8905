//! The controls of the 3D view.

mod help;
mod layers;
mod settings;
mod views;

use leptos::prelude::*;

use self::help::Help;
use self::layers::Layers;
use self::settings::Settings;
use self::views::Views;
use crate::state::Page;
use crate::viewer::ViewerState;

/// A bar at the lower edge; there only while there is a view to control.
#[component]
pub(crate) fn Tools() -> impl IntoView {
    let page = Page::here();
    view! {
        <Show when=move || page.viewer.with(|state| *state == ViewerState::Running)>
            <nav class="tools" aria-label=page.words("tool.label")>
                // Panes look at their places.
                <Show when=move || !page.is_split()>
                    <Views />
                </Show>
                <Layers />
                <Settings />
                <Help />
            </nav>
        </Show>
    }
}
