//! The answer to the site brief.

use std::time::Duration;

use cloudsite_domain::identity::Tier;
use cloudsite_link::LinkError;

use cloudsite_proto::siting::{MatchRequest, ParcelSet};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Loader;
use super::line::Line;
use crate::pure::brief::{Draft, Refused};
use crate::pure::compare::{floor_of, joined_of};
use crate::state::{Matched, Page};

/// How long a change waits for those that come with it: short, because a weight is dragged and watched.
const REST: Duration = Duration::from_millis(60);

/// What is asked, and of what.
struct Question {
    draft: Draft,
    request: MatchRequest,
    rows: Vec<usize>,
}

/// What questions go over, and on which line the newest reached nobody.
#[derive(Debug, Clone, Copy)]
struct Way {
    line: Memo<Line>,
    unreached_on: RwSignal<Option<u32>>,
}

/// One question at a time, and the newest after it: while a weight is dragged, the answers keep coming as fast as the server
/// gives them.
#[derive(Default)]
struct Asking {
    /// What is asked next.
    next: Option<Question>,
    /// Whether somebody is asking.
    is_busy: bool,
    /// Counts what makes earlier answers worthless: they are of another record, or of no brief.
    epoch: u32,
}

impl Loader {
    /// Asks anew whenever the brief, the record or the time that is shown changes, as long as the brief stands open.
    pub(super) fn follow_brief(self) {
        let page = self.page;
        let line = Line::of(page);
        let way = Way { line, unreached_on: RwSignal::new(None) };
        let revision = Memo::new(move |_| line.get().revision);
        let again = Memo::new(move |times: Option<&u32>| {
            let asks_again = line.get().asks_again(way.unreached_on.get());
            times.copied().unwrap_or_default().wrapping_add(u32::from(asks_again))
        });
        let asking = StoredValue::new(Asking::default());
        Effect::new(move |before: Option<(Option<u64>, u64, Option<Tier>)>| {
            again.track();
            let of = (page.as_of.get(), revision.get(), page.seen_tier());
            let question = page.brief.get().and_then(|draft| question(page, draft));
            let is_asked = question.is_some();
            let begins = asking.try_update_value(|asking| {
                if before != Some(of) || !is_asked {
                    asking.epoch = asking.epoch.wrapping_add(1);
                }
                asking.next = question;
                let begins = is_asked && !asking.is_busy;
                asking.is_busy |= is_asked;
                begins
            });
            if is_asked {
                page.matched.update(|matched| matched.loading = true);
            } else {
                page.matched.set(Matched::default());
            }
            if begins == Some(true) {
                spawn_local(self.answer(asking, way));
            }
            of
        });
    }

    /// Asks until nothing is left to ask.
    async fn answer(self, asking: StoredValue<Asking>, way: Way) {
        let (page, client) = (self.page, self.client());
        loop {
            sleep(REST).await;
            let next = asking.try_update_value(|asking| {
                asking.is_busy = asking.next.is_some();
                asking.next.take().map(|question| (question, asking.epoch))
            });
            let Some(Some((Question { draft, request, rows }, epoch))) = next else { return };
            let number = way.line.get_untracked().number;
            let answer = client.matched(request).await;
            let is_last = asking.with_value(|asking| asking.next.is_none());
            if asking.with_value(|asking| asking.epoch == epoch) {
                let refused = answer.as_ref().err().and_then(|error| refused(&draft, &rows, error));
                let is_unreached = matches!(answer, Err(LinkError::Unreachable { .. }));
                page.matched.set(Matched { loading: !is_last, rows, answer: Some(answer), refused });
                way.unreached_on.set(is_unreached.then_some(number));
            }
        }
    }
}

/// What a brief asks; none while there is nothing to ask.
fn question(page: Page, draft: Draft) -> Option<Question> {
    let (mut request, rows) = draft.request(page.as_of.get_untracked().unwrap_or(0))?;
    // What is compared is explained wherever it stands.
    let name = |code: &str| format!("parcels/{code}");
    page.compared.with(|chosen| {
        for key in chosen.keys() {
            if let Some(codes) = joined_of(key) {
                request.named_assemblies.push(ParcelSet { parcels: codes.into_iter().map(name).collect() });
            } else if floor_of(key).is_some() {
                request.named_floors.push(key.clone());
            } else {
                request.parcels.push(name(key));
            }
        }
    });
    Some(Question { draft, request, rows })
}

/// What of the form an answer refuses.
pub(super) fn refused(draft: &Draft, rows: &[usize], error: &LinkError) -> Option<Refused> {
    match error {
        LinkError::Invalid { field, reason } => Refused::read(draft, rows, field, reason),
        _ => None,
    }
}
