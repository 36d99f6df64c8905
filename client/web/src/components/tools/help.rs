//! How one moves.

use leptos::prelude::*;

use crate::state::Page;

/// What is done, and how.
const CONTROLS: [(&str, &str); 6] = [
    ("help.orbit", "help.orbit_how"),
    ("help.pan", "help.pan_how"),
    ("help.zoom", "help.zoom_how"),
    ("help.select", "help.select_how"),
    ("help.walk", "help.walk_how"),
    ("help.leave", "help.leave_how"),
];

/// A short list of the controls.
#[component]
pub(crate) fn Help() -> impl IntoView {
    let page = Page::here();
    let row = move |(what, how): (&'static str, &'static str)| {
        view! {
            <div>
                <dt>{page.words(what)}</dt>
                <dd>{page.words(how)}</dd>
            </div>
        }
    };
    view! {
        <details class="popover" name="tools">
            <summary class="tool">{page.words("tool.help")}</summary>
            <dl class="popover-body help">{CONTROLS.map(row).into_iter().collect_view()}</dl>
        </details>
    }
}
