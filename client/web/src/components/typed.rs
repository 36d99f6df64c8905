//! Numbers that are typed into a field.

use leptos::ev;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::pure::number;
use crate::state::Page;

/// What is typed is no number; the field says so.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unreadable;

/// The number that a field has; none if it is empty. Of one that says something else what was there before is to stay.
pub(crate) fn typed(page: Page, event: &ev::Event) -> Result<Option<f64>, Unreadable> {
    let field: HtmlInputElement = event_target(event);
    let text = field.value();
    let value = number::typed(&text);
    let is_read = value.is_some() || text.trim().is_empty();
    let problem = if is_read { String::new() } else { untrack(|| page.text("number.unreadable")) };
    field.set_custom_validity(&problem);
    if !is_read {
        // Shown beside the field until something else is done.
        field.report_validity();
    }
    is_read.then_some(value).ok_or(Unreadable)
}
