//! Numbers that are typed into a field.

use leptos::ev;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::pure::number;
use crate::state::Page;

/// The number that a field has, or that it is empty. None if it says something else: then the field says so, and what was
/// there before stays as it was.
pub(crate) fn typed(page: Page, event: &ev::Event) -> Option<Option<f64>> {
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
    is_read.then_some(value)
}
