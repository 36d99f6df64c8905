//! The sizes of a factory's blocks.

use cloudsite_domain::siting::massing::{Block, Blocks, PartKind};
use cloudsite_domain::units::AreaUnit;
use leptos::prelude::*;

use super::plain;
use crate::components::typed::typed;
use crate::fitting::fitter::Fitter;
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
    }
}

/// A number of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Width,
    Depth,
    Storeys,
    Storey,
}

impl Size {
    const ALL: [Self; 4] = [Self::Width, Self::Depth, Self::Storeys, Self::Storey];

    const fn word(self) -> &'static str {
        match self {
            Self::Width => "width",
            Self::Depth => "depth",
            Self::Storeys => "storeys",
            Self::Storey => "storey",
        }
    }

    /// Metres in one of the unit that it is shown in; of a number of storeys 1.
    const fn scale(self, unit: AreaUnit) -> f64 {
        match self {
            Self::Storeys => 1.0,
            Self::Width | Self::Depth | Self::Storey => LengthUnit::of(unit).metres(),
        }
    }

    fn of(self, block: Block) -> f64 {
        match self {
            Self::Width => block.width_m,
            Self::Depth => block.depth_m,
            Self::Storeys => f64::from(block.storeys),
            Self::Storey => block.storey_m,
        }
    }

    fn set(self, block: Block, value: f64) -> Block {
        match self {
            Self::Width => Block { width_m: value, ..block },
            Self::Depth => Block { depth_m: value, ..block },
            Self::Storeys => Block { storeys: value.round().min(1_000.0) as u32, ..block },
            Self::Storey => Block { storey_m: value, ..block },
        }
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
        let value =
            move || block.get().map(|block| plain(size.of(block) / size.scale(page.unit()))).unwrap_or_default();
        let take = move |event| {
            if let Some((value, block)) = typed(page, &event).ok().flatten().zip(block.get_untracked()) {
                let scale = size.scale(untrack(|| page.unit()));
                fitter.resize(kind, Some(size.set(block, value * scale)));
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
                prop:value=value
                on:change=take
            />
        }
        .into_any()
    };
    let toggle = move |event| {
        fitter.resize(kind, event_target_checked(&event).then_some(usual(kind)));
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
