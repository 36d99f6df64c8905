//! How many places answer the brief, and what its musts cost.

use cloudsite_proto::siting::relaxation_step::To;
use cloudsite_proto::siting::{MustSet, Relaxation, RelaxationStep};
use leptos::prelude::*;

use super::legend::Legend;
use super::open::LeftOpen;
use super::refusal::{ToRefused, explained};
use super::{ANSWER_ID, FLOORS_ID, JOINED_ID, amount, fill_in, label, together, worded};
use crate::browser::scroll_to_start;
use crate::pure::brief::{ASSEMBLIES, Draft, ROWS, Role, Row, Subject, suiting};
use crate::pure::number::number;
use crate::state::Page;

/// Musts that are told of at most, those that cost most.
const MOST_TOLD: usize = 3;

/// The line above the places, and below it which musts keep most places out.
#[component]
pub(super) fn Summary() -> impl IntoView {
    let page = Page::here();
    let counts = move || {
        page.matched.with(|matched| {
            let reply = matched.reply()?;
            let of = |count: u32| number(f64::from(count), 0, page.language.get());
            let (suits, open, fails) = (of(reply.suits), of(reply.open), of(reply.fails));
            let counts = page.fill("brief.counts", &[("suits", &suits), ("open", &open), ("fails", &fails)]);
            let floors = reply.floors.as_ref().filter(|_| page.asks_for_floors());
            let floors = floors.map(|floors| page.fill("brief.floors_suit", &[("n", &of(floors.suits))]));
            let untried = (reply.untried > 0).then(|| page.fill("brief.untried", &[("n", &of(reply.untried))]));
            let opened = page.suited_before.with(|before| {
                let (before, now) = (before.as_ref()?, suiting(reply)?);
                Some(now.difference(before).count())
            });
            let opened = opened.filter(|opened| *opened > 0);
            let opened = opened.map(|opened| page.fill("brief.opened", &[("n", &opened.to_string())]));
            Some([floors, Some(counts), opened, untried].into_iter().flatten().collect::<Vec<_>>().join(" "))
        })
    };
    let trouble = move || {
        page.matched.with(|matched| {
            let error = matched.answer.as_ref()?.as_ref().err()?;
            Some(explained(page, error, matched.refused.as_ref()))
        })
    };
    let costs = move || {
        page.matched.with(|matched| {
            let of_floors = page.asks_for_floors();
            let mut told: Vec<(usize, Relaxation)> = matched
                .relaxations(of_floors)
                .iter()
                .filter(|relaxation| relaxation.alone > 0)
                .filter_map(|relaxation| Some((*matched.rows.get(relaxation.criterion as usize)?, relaxation.clone())))
                .collect();
            told.sort_by_key(|(_, relaxation)| std::cmp::Reverse(relaxation.alone));
            told.truncate(MOST_TOLD);
            told
        })
    };
    let weighs_nothing = move || page.brief.with(|brief| brief.as_ref().is_some_and(Draft::weighs_nothing));
    let nothing = move || page.text(if weighs_nothing() { "brief.weigh_nothing" } else { "brief.nothing_asked" });
    view! {
        <p
            class="results brief-counts"
            role="status"
            aria-live="polite"
            aria-busy=move || page.matched.with(|matched| matched.loading).to_string()
            data-testid="brief-counts"
        >
            {move || counts().or_else(trouble).unwrap_or_else(nothing)}
            <Show when=move || counts().is_some() fallback=ToRefused>
                <Ways />
            </Show>
            <Show when=move || counts().is_some() && weighs_nothing()>
                <span class="brief-weightless" data-testid="brief-weigh-nothing">{page.words("brief.weigh_nothing")}</span>
            </Show>
            <Legend />
        </p>
        <Show when=move || !costs().is_empty()>
            <section class="brief-costs" data-testid="brief-costs">
                <h3>{page.words("brief.costs")}</h3>
                <ul>
                    {move || costs().into_iter().map(|(row, relaxation)| view! { <Cost row relaxation /> }).collect_view()}
                </ul>
            </section>
        </Show>
        <Sets />
        <LeftOpen />
    }
}

/// Ways from the counts to what is counted: places, parcels that are joined, and floors, where there are any.
#[component]
fn Ways() -> impl IntoView {
    let page = Page::here();
    let joined = move || page.matched.with(|matched| matched.reply().map_or(0, |reply| reply.assemblies.len()));
    // Those that suit; where none does, those of which something has to be asked.
    let floors = move || {
        page.matched.with(|matched| {
            let floors = matched.reply().and_then(|reply| reply.floors.as_ref());
            floors.map_or((0, ""), |floors| match floors.suits {
                0 => (floors.open, "brief.to_open_floors"),
                suits => (suits, "brief.to_floors"),
            })
        })
    };
    // As many as are looked for: there may be more.
    let joined_counted = move || match joined() {
        most if most >= ASSEMBLIES as usize => format!("{most}+"),
        few => few.to_string(),
    };
    let floors_counted = move || {
        let (count, key) = floors();
        page.fill(key, &[("n", &number(f64::from(count), 0, page.language.get()))])
    };
    view! {
        " "
        <button class="link" type="button" data-testid="brief-to-places" on:click=move |_| scroll_to_start(ANSWER_ID)>
            {page.words("brief.to_places")}
        </button>
        <Show when=move || { joined() > 0 }>
            " "
            <button class="link" type="button" data-testid="brief-to-joined" on:click=move |_| scroll_to_start(JOINED_ID)>
                {move || page.fill("brief.to_joined", &[("n", &joined_counted())])}
            </button>
        </Show>
        <Show when=move || { floors().0 > 0 }>
            " "
            <button class="link" type="button" data-testid="brief-to-floors" on:click=move |_| scroll_to_start(FLOORS_ID)>
                {floors_counted}
            </button>
        </Show>
    }
}

/// What a must costs, and what would open how many places.
#[component]
fn Cost(
    /// The row that the must is in.
    row: usize,
    /// What it costs.
    relaxation: Relaxation,
) -> impl IntoView {
    let page = Page::here();
    let alone = relaxation.alone.to_string();
    // Where a building is asked for, it was not tried on what fails another must.
    let told = move || {
        let asks_room = page.brief.with(|brief| brief.as_ref().is_some_and(Draft::asks_room));
        let key = if asks_room && ROWS[row].1 != Subject::Footprint { "brief.alone_most" } else { "brief.alone" };
        page.fill(key, &[("what", &label(page, row)), ("n", &alone)])
    };
    let relax = move |change: &dyn Fn(&mut Draft)| relax(page, change);
    let drop = move |_| relax(&|draft| draft.rows[row].role = Role::Open);
    let nearer = StoredValue::new(levels(row, &relaxation));
    let step = move |step: RelaxationStep| {
        let way = Way::of(row, step.to?);
        // Whoever takes a level takes those before it, too.
        let (opens, is_least) = match &way {
            Way::Level(place, _) => nearer.with_value(|levels| {
                let up_to = levels.iter().filter(|(level, ..)| level <= place);
                up_to.fold((0, false), |(all, any), (_, opens, is_least)| (all + opens, any || *is_least))
            }),
            _ => (step.opens, step.opens_at_least),
        };
        let opens = format!("{opens}{}", if is_least { "+" } else { "" });
        let text = {
            let way = way.clone();
            move || way.told(page, row, &opens)
        };
        if !way.can_be_taken() {
            return Some(view! { <span class="told" data-testid="brief-step-told">{text}</span> }.into_any());
        }
        let take = move |_| relax(&|draft| way.take(&mut draft.rows[row]));
        Some(
            view! { <button class="chip" type="button" data-testid="brief-step" on:click=take>{text}</button> }
                .into_any(),
        )
    };
    view! {
        <li>
            <span>{told}</span>
            <span class="chips">
                {relaxation.steps.into_iter().take(2).filter_map(step).collect_view()}
                <button class="chip" type="button" on:click=drop>{page.words("brief.drop")}</button>
            </span>
        </li>
    }
}

/// Has musts give way. What suits now is remembered, so that what is opened can be told.
fn relax(page: Page, change: &dyn Fn(&mut Draft)) {
    let suited = page.matched.with_untracked(|matched| matched.reply().and_then(suiting));
    fill_in(page, change);
    page.suited_before.set(suited);
}

/// The levels that steps of a row go to, what each opens, and whether it may be more.
fn levels(row: usize, relaxation: &Relaxation) -> Vec<(usize, u32, bool)> {
    let level = |step: &RelaxationStep| match Way::of(row, step.to.clone()?) {
        Way::Level(place, _) => Some((place, step.opens, step.opens_at_least)),
        _ => None,
    };
    relaxation.steps.iter().filter_map(level).collect()
}

/// How a must gives way.
#[derive(Debug, Clone, PartialEq)]
enum Way {
    Bound(f64),
    /// A building with so much of its sides.
    Part(f64),
    /// A level of the row, by its place, and its word.
    Level(usize, String),
    /// A word that the form cannot ask besides.
    Word(String),
}

impl Way {
    fn of(row: usize, to: To) -> Self {
        match (to, ROWS[row].1) {
            (To::Bound(bound), _) => Self::Bound(bound),
            (To::Part(part), _) => Self::Part(part),
            (To::Word(word), Subject::Level { levels, .. }) => match levels.iter().position(|level| *level == word) {
                Some(place) => Self::Level(place, word),
                None => Self::Word(word),
            },
            (To::Word(word), _) => Self::Word(word),
        }
    }

    const fn can_be_taken(&self) -> bool {
        !matches!(self, Self::Word(_))
    }

    fn take(&self, row: &mut Row) {
        match self {
            Self::Bound(bound) => row.give_way(*bound),
            Self::Part(part) => row.shrink(*part),
            Self::Level(place, _) => row.amount = Some(*place as f64),
            Self::Word(_) => {}
        }
    }

    /// In words, with how many places it opens.
    fn told(&self, page: Page, row: usize, opens: &str) -> String {
        match self {
            Self::Bound(bound) => {
                let from = page.brief.with(|brief| brief.as_ref()?.rows[row].cut_from(*bound));
                let (key, day) = from.map_or(("brief.step", String::new()), |day| ("brief.step_on", day));
                page.fill(key, &[("amount", &amount(page, row, *bound)), ("day", &day), ("n", opens)])
            }
            Self::Part(part) => {
                let percent = number(part * 100.0, 0, page.language.get());
                page.fill("brief.step_part", &[("part", &percent), ("n", opens)])
            }
            Self::Level(_, word) | Self::Word(word) => {
                page.fill("brief.step", &[("amount", &worded(page, row, word)), ("n", opens)])
            }
        }
    }
}

/// Musts that keep places out together, where none does alone.
#[component]
fn Sets() -> impl IntoView {
    let page = Page::here();
    let sets = move || {
        page.matched.with(|matched| {
            let Some(reply) = matched.reply() else { return Vec::new() };
            let rows = |set: &MustSet| {
                let rows = set.criteria.iter().map(|index| matched.rows.get(*index as usize).copied());
                Some((rows.collect::<Option<Vec<usize>>>()?, set.parcels))
            };
            reply.sets.iter().filter_map(rows).collect()
        })
    };
    let set = move |(rows, parcels): (Vec<usize>, u32)| {
        let told = {
            let rows = rows.clone();
            move || {
                let names: Vec<String> = rows.iter().map(|row| label(page, *row)).collect();
                let n = number(f64::from(parcels), 0, page.language.get());
                page.fill("brief.set", &[("n", &n), ("what", &together(page, names))])
            }
        };
        let drop = move |_| {
            relax(page, &|draft| rows.iter().for_each(|row| draft.rows[*row].role = Role::Open));
        };
        view! {
            <li>
                <span>{told}</span>
                <span class="chips">
                    <button class="chip" type="button" data-testid="brief-set" on:click=drop>{page.words("brief.drop_set")}</button>
                </span>
            </li>
        }
    };
    view! {
        <Show when=move || !sets().is_empty()>
            <section class="brief-costs" data-testid="brief-sets">
                <h3>{page.words("brief.sets")}</h3>
                <ul>{move || sets().into_iter().map(set).collect_view()}</ul>
            </section>
        </Show>
    }
}
