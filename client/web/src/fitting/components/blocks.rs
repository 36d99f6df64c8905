//! The sizes of a factory's blocks.

use cloudsite_domain::siting::massing::{Block, Blocks, PartKind};
use leptos::prelude::*;

use super::{REFUSED_ID, Refused, plain, refused_in, say_again};
use crate::components::typed::typed;
use crate::fitting::fitter::Fitter;
use crate::fitting::pure::refusal::{Field, Refusal, Typed};
use crate::fitting::pure::size::Size;
use crate::pure::measure::LengthUnit;
use crate::state::Page;

/// What a block is given when it is put there.
const fn usual(kind: PartKind) -> Block {
    match kind {
        PartKind::Hall => Block { width_m: 80.0, depth_m: 40.0, storeys: 1, storey_m: 9.0 },
        PartKind::Offices => Block { width_m: 30.0, depth_m: 12.0, storeys: 3, storey_m: 4.0 },
        PartKind::Docks => Block { width_m: 40.0, depth_m: 6.0, storeys: 1, storey_m: 6.0 },
        PartKind::Utility => Block { width_m: 12.0, depth_m: 20.0, storeys: 1, storey_m: 6.0 },
        PartKind::Yard => Block { width_m: 60.0, depth_m: 20.0, storeys: 0, storey_m: 0.0 },
        PartKind::Parking => Block { width_m: 40.0, depth_m: 18.0, storeys: 0, storey_m: 0.0 },
    }
}

/// A row a block.
#[component]
pub(super) fn BlockFields() -> impl IntoView {
    let page = Page::here();
    view! {
        <h3>{move || page.fill("fit.blocks", &[("unit", LengthUnit::of(page.unit()).symbol())])}</h3>
        <div class="fit-blocks">
            <span></span>
            {Size::ALL.map(|size| {
                let key = format!("fit.size.{}", size.word());
                view! { <span class="fit-head">{move || page.text(&key)}</span> }
            }).into_iter().collect_view()}
            {PartKind::ALL.iter().map(|kind| view! { <Row kind=*kind /> }).collect_view()}
        </div>
        <Refused id=REFUSED_ID is_shown=|refusal| matches!(refusal, Refusal::Range { .. }) />
    }
}

#[component]
fn Row(
    /// Which block.
    kind: PartKind,
) -> impl IntoView {
    let page = Page::here();
    let fitter = Fitter::here();
    let block = Memo::new(move |_| {
        fitter.trial.massing.with(|massing| massing.as_ref().and_then(|massing| Blocks::of_massing(massing).of(kind)))
    });
    let key = format!("fit.part.{kind}");
    let field = move |size: Size| {
        let is_none = !kind.is_building() && matches!(size, Size::Storeys | Size::Storey);
        if is_none {
            return view! { <span></span> }.into_any();
        }
        let field = Field::Size(kind, size);
        let built =
            move || block.get().map(|block| plain(size.of(block) / size.scale(page.unit()))).unwrap_or_default();
        let refused = move || refused_in(fitter, field);
        let take = move |event| match (typed(page, &event), block.get_untracked()) {
            (Err(_), _) | (_, None) => {}
            (Ok(None), Some(_)) => say_again(&event, &untrack(built)),
            (Ok(Some(value)), Some(block)) => {
                let scale = size.scale(untrack(|| page.unit()));
                let typed = Typed { field, text: event_target_value(&event) };
                fitter.resize(kind, Some(size.set(block, value * scale)), Some(typed));
            }
        };
        let label_key = format!("fit.size.{}", size.word());
        view! {
            <input
                class="field"
                type="text"
                inputmode="decimal"
                aria-label=move || format!("{} {}", page.text(&format!("fit.part.{kind}")), page.text(&label_key))
                data-testid=format!("fit-{kind}-{}", size.word())
                disabled=move || block.get().is_none()
                aria-invalid=move || refused().map(|_| "true")
                aria-describedby=move || refused().map(|_| REFUSED_ID)
                prop:value=move || refused().unwrap_or_else(built)
                on:change=take
            />
        }
        .into_any()
    };
    let toggle = move |event| {
        fitter.resize(kind, event_target_checked(&event).then_some(usual(kind)), None);
    };
    view! {
        <label class="fit-part">
            <input
                type="checkbox"
                data-testid=format!("fit-has-{kind}")
                disabled=kind == PartKind::Hall
                prop:checked=move || block.get().is_some()
                on:change=toggle
            />
            <span>{move || page.text(&key)}</span>
        </label>
        {Size::ALL.map(field).into_iter().collect_view()}
    }
}
