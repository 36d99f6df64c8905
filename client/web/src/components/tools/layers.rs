//! Which layers are drawn.

use leptos::prelude::*;

use crate::state::Page;
use crate::viewer::LAYERS;

/// One switch a layer.
#[component]
pub(crate) fn Layers() -> impl IntoView {
    let page = Page::here();
    let switch = move |layer: &'static str| {
        let shown = move || page.hidden_layers.with(|hidden| !hidden.contains(&layer));
        let change = move |_| {
            page.hidden_layers.update(|hidden| {
                if hidden.contains(&layer) {
                    hidden.retain(|other| *other != layer);
                } else {
                    hidden.push(layer);
                }
            });
        };
        view! {
            <label class="check" data-testid=format!("layer-{layer}")>
                <input type="checkbox" prop:checked=shown on:change=change />
                <span>{move || page.text(&format!("layer.{layer}"))}</span>
            </label>
        }
    };
    view! {
        <details class="popover" name="tools">
            <summary class="tool">{page.words("tool.layers")}</summary>
            <fieldset class="popover-body two-columns">
                <legend class="unseen">{page.words("tool.layers")}</legend>
                {LAYERS.map(switch).into_iter().collect_view()}
            </fieldset>
        </details>
    }
}
