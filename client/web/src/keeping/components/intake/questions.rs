//! What the file does not say itself.

use cloudsite_proto::change::{ImportOptions, PreviewUploadResponse};
use cloudsite_proto::land::Layer;
use leptos::prelude::*;

use crate::keeping::desk::Desk;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::intake::{DATUMS, Doubt, ENCODINGS, LAYERS, SYSTEMS, doubts, layer_word};
use crate::state::Page;

/// The layer, and whatever is in doubt; the rest is folded up.
#[component]
pub(super) fn Questions() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let options = move || options_of(desk);
    let preview = move || {
        desk.intake.with(|intake| intake.as_ref().and_then(|intake| intake.preview.clone()).unwrap_or_default())
    };
    let doubted = Memo::new(move |_| asked(&preview(), &options()));
    let layer = move |layer: Layer| {
        let word = layer_word(layer);
        view! {
            <option value=layer.as_str_name() prop:selected=move || options().layer() == layer>
                {move || page.text(&format!("record.{word}"))}
            </option>
        }
    };
    let crs = move || page.fill("intake.crs_of_file", &[("crs", &preview().crs)]);
    let systems = || SYSTEMS.map(|(code, name)| (code.to_owned(), format!("{code} · {name}"))).to_vec();
    let plain = |words: &[&str]| words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect::<Vec<_>>();
    view! {
        <div class="questions">
            <label>
                <span>{page.words("intake.layer")}</span>
                <select
                    class="select"
                    data-testid="intake-layer"
                    on:change=move |event| {
                        let layer = Layer::from_str_name(&event_target_value(&event)).unwrap_or(Layer::Parcel);
                        change(keeper, |options| options.layer = layer.into());
                    }
                >
                    {LAYERS.map(layer).into_iter().collect_view()}
                </select>
            </label>
            <Show when=move || doubted.get()[0]>
                <Choice
                    key="intake.source_layer"
                    choices=Signal::derive(move || preview().source_layers.into_iter().map(|name| (name.clone(), name)).collect())
                    chosen=Signal::derive(move || options().source_layer)
                    choose=move |value: String| change(keeper, |options| options.source_layer.clone_from(&value))
                />
            </Show>
            <Show when=move || doubted.get()[1] fallback=move || view! { <p class="said">{crs}</p> }>
                <Choice
                    key="intake.crs"
                    choices=Signal::derive(systems)
                    chosen=Signal::derive(move || options().crs)
                    choose=move |value: String| change(keeper, |options| options.crs.clone_from(&value))
                />
            </Show>
            <Show when=move || doubted.get()[2]>
                <Choice
                    key="intake.encoding"
                    choices=Signal::derive(move || plain(&ENCODINGS))
                    chosen=Signal::derive(move || options().encoding)
                    choose=move |value: String| change(keeper, |options| options.encoding.clone_from(&value))
                />
            </Show>
        </div>
        <MoreOptions />
    }
}

/// Whether source layer, coordinate reference system and encoding are asked for. What was answered stays, so that it can be
/// answered otherwise.
fn asked(preview: &PreviewUploadResponse, options: &ImportOptions) -> [bool; 3] {
    let doubts = doubts(preview, options);
    [
        preview.source_layers.len() > 1,
        !options.crs.is_empty() || doubts.contains(&Doubt::Crs),
        !options.encoding.is_empty() || doubts.contains(&Doubt::Encoding),
    ]
}

/// The options of the file that is taken in.
fn options_of(desk: &Desk) -> ImportOptions {
    desk.intake.with(|intake| intake.as_ref().map(|intake| intake.options.clone()).unwrap_or_default())
}

/// Changes how the file is read, and looks at it anew.
fn change(keeper: Keeper, change: impl FnOnce(&mut ImportOptions)) {
    keeper.desk.intake.update(|intake| {
        if let Some(intake) = intake {
            change(&mut intake.options);
        }
    });
    keeper.look_into();
}

/// What hardly any file needs.
#[component]
fn MoreOptions() -> impl IntoView {
    let page = Page::here();
    let desk = Desk::here();
    let keeper = Keeper::here();
    let options = move || options_of(desk);
    view! {
        <details class="filters more-options">
            <summary>{page.words("intake.more")}</summary>
            <div class="questions">
                <Choice
                    key="intake.datum"
                    choices=Signal::derive(move || {
                        DATUMS.iter().map(|datum| ((*datum).to_owned(), page.text(&format!("datum.{datum}")))).collect()
                    })
                    chosen=Signal::derive(move || options().datum)
                    choose=move |value: String| change(keeper, |options| options.datum.clone_from(&value))
                />
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || options().swap_axes
                        on:change=move |event| {
                            let is_set = event_target_checked(&event);
                            change(keeper, |options| options.swap_axes = is_set);
                        }
                    />
                    <span>{page.words("intake.swap_axes")}</span>
                </label>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || desk.intake.with(|intake| intake.as_ref().is_some_and(|intake| intake.complete))
                        on:change=move |event| {
                            let is_set = event_target_checked(&event);
                            desk.intake.update(|intake| {
                                if let Some(intake) = intake {
                                    intake.complete = is_set;
                                }
                            });
                        }
                    />
                    <span>{page.words("intake.complete")}</span>
                </label>
            </div>
        </details>
    }
}

/// A choice of several values, none of which is chosen at first.
#[component]
fn Choice(
    /// The key of its name.
    key: &'static str,
    /// Values and what they are called.
    choices: Signal<Vec<(String, String)>>,
    /// The value that is chosen; empty is none.
    chosen: Signal<String>,
    /// Takes another value.
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let page = Page::here();
    let option = move |(value, name): (String, String)| {
        let own = value.clone();
        view! { <option value=value prop:selected=move || chosen.get() == own>{name}</option> }
    };
    view! {
        <label>
            <span>{page.words(key)}</span>
            <select class="select" data-testid=key on:change=move |event| choose(event_target_value(&event))>
                <option value="" prop:selected=move || chosen.with(String::is_empty)>{page.words("intake.choose_one")}</option>
                {move || choices.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}
