//! The fit test on the card.

#![expect(unreachable_pub, reason = "the component macro writes `pub` whatever the component says")]

mod answers;
mod blocks;
mod sun;
mod variants;

use cloudsite_domain::siting::massing::{Massing, Site};
use geo_types::Coord;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use self::answers::Answers;
use self::blocks::BlockFields;
use self::sun::Sun;
use self::variants::Variants;
use super::fitter::Fitter;
use super::pure::refusal::{Field, Refusal};
use crate::components::header::share_button::share;
use crate::components::typed::typed;
use crate::pure::measure::{input, short_length};
use crate::state::Page;

/// How far a click moves a factory, metres, and turns it, degrees.
const STEP_M: f64 = 1.0;
const STEP_DEG: f64 = 5.0;

/// The largest angle that is typed, degrees.
const MOST_DEG: f64 = 360.0;

/// The id of what says that a number is out of its range.
const REFUSED_ID: &str = "fit-refused";

/// What stands on the card in place of the record's words.
#[component]
pub(super) fn FitCard() -> impl IntoView {
    let page = Page::here();
    let fitter = Fitter::here();
    let trial = fitter.trial;
    let is_there = Memo::new(move |_| trial.massing.with(Option::is_some) && trial.ground.with(Option::is_some));
    let waits = move || {
        view! {
            <p class="empty" role="status">
                {move || trial.failure.get().unwrap_or_else(|| page.text("fit.loading"))}
            </p>
        }
    };
    view! {
        <p class="card-name">
            <button class="link" type="button" data-testid="fit-close" on:click=move |_| page.fit.set(None)>
                "← " {page.words("fit.back")}
            </button>
        </p>
        <Show when=move || is_there.get() fallback=waits>
            <div class="card-scroll fit" data-testid="fit">
                <Answers proposals=view! { <Proposals /> }.into_any() />
                <BlockFields />
                <Place />
                <Sun />
                <Variants />
            </div>
            <div class="card-buttons">
                <button class="button primary" type="button" data-testid="fit-share" on:click=move |_| share(page)>
                    {page.words("fit.share")}
                </button>
            </div>
        </Show>
    }
}

#[component]
fn Proposals() -> impl IntoView {
    let page = Page::here();
    let fitter = Fitter::here();
    let best = move |_| fitter.propose("fit.no_place", Site::best_place);
    let largest = move |_| fitter.propose("fit.no_largest", Site::largest);
    view! {
        <div class="fit-buttons">
            <button class="button" type="button" title=page.words("fit.best_detail") data-testid="fit-best" on:click=best>
                {page.words("fit.best")}
            </button>
            <button
                class="button"
                type="button"
                title=page.words("fit.largest_detail")
                data-testid="fit-largest"
                on:click=largest
            >
                {page.words("fit.largest")}
            </button>
        </div>
        <Refused is_shown=|refusal| matches!(refusal, Refusal::Nothing(_)) />
        <p class="hint">{page.words("fit.hint")}</p>
    }
}

/// Why what was asked last was not done, beside what it was asked with.
#[component]
fn Refused(
    /// Whether it is to be said here.
    is_shown: fn(&Refusal) -> bool,
    /// By what fields name it.
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    let page = Page::here();
    let trial = Fitter::here().trial;
    let told = move || {
        trial.refusal.with(|refusal| {
            let refusal = refusal.as_ref().filter(|refusal| is_shown(refusal))?;
            Some(refusal.told(page.language.get(), page.unit()))
        })
    };
    let said = move |text: String| view! { <p class="failure" role="alert" id=id data-testid="fit-refusal">{text}</p> };
    move || told().map(said)
}

/// What was typed into a field and is refused there.
fn refused_in(fitter: Fitter, field: Field) -> Option<String> {
    fitter.trial.refusal.with(|refusal| refusal.as_ref()?.typed_into(field).map(str::to_owned))
}

/// Has an emptied field say again what is there.
fn say_again(event: &leptos::ev::Event, shown: &str) {
    let field: HtmlInputElement = event_target(event);
    field.set_value(shown);
}

/// Its angle, and buttons that move and turn it.
#[component]
fn Place() -> impl IntoView {
    let page = Page::here();
    let fitter = Fitter::here();
    let angle = Memo::new(move |_| {
        let degrees = |massing: &Massing| format!("{:.1}", massing.angle_rad().to_degrees());
        fitter.trial.massing.with(|massing| massing.as_ref().map(degrees).unwrap_or_default())
    });
    let refused = move || refused_in(fitter, Field::Angle);
    let take = move |event| match typed(page, &event) {
        Err(_unreadable) => {}
        Ok(None) => say_again(&event, &angle.get_untracked()),
        Ok(Some(degrees)) if degrees > MOST_DEG => {
            let refusal = Refusal::of_angle(degrees, MOST_DEG, event_target_value(&event));
            fitter.trial.refusal.set(Some(refusal));
        }
        Ok(Some(degrees)) => fitter.turn(degrees),
    };
    let move_by = move |key: &'static str, sign: &'static str, east: f64, north: f64| {
        let named = move || page.fill(key, &[("n", &short_length(STEP_M, page.unit(), page.language.get()))]);
        view! {
            <button
                class="button"
                type="button"
                aria-label=named
                title=named
                data-testid=key
                on:click=move |_| fitter.nudge(Coord { x: east, y: north }, 0.0)
            >
                {sign}
            </button>
        }
    };
    let turn_by = move |key: &'static str, sign: &'static str, degrees: f64| {
        view! {
            <button
                class="button"
                type="button"
                aria-label=page.words(key)
                title=page.words(key)
                data-testid=key
                on:click=move |_| fitter.nudge(Coord { x: 0.0, y: 0.0 }, degrees)
            >
                {sign}
            </button>
        }
    };
    view! {
        <h3>{page.words("fit.place")}</h3>
        <div class="fit-place">
            {move_by("fit.west", "←", -STEP_M, 0.0)} {move_by("fit.north", "↑", 0.0, STEP_M)}
            {move_by("fit.south", "↓", 0.0, -STEP_M)} {move_by("fit.east", "→", STEP_M, 0.0)}
            {turn_by("fit.left", "⟲", STEP_DEG)} {turn_by("fit.right", "⟳", -STEP_DEG)}
            <label>
                <span class="unseen">{page.words("fit.angle")}</span>
                <input
                    class="field"
                    type="text"
                    inputmode="decimal"
                    data-testid="fit-angle"
                    aria-invalid=move || refused().map(|_| "true")
                    aria-describedby=move || refused().map(|_| REFUSED_ID)
                    prop:value=move || refused().unwrap_or_else(|| angle.get())
                    on:change=take
                />
                "°"
            </label>
        </div>
    }
}

/// A number for input fields, with one decimal at most.
fn plain(value: f64) -> String {
    input((value * 10.0).round() / 10.0)
}
