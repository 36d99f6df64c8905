//! The report: a row a measured thing, as `cargo xtask bench` reads them.

use serde_json::{Value, json};

/// What is measured in the peer in the same run, and the peer's name.
pub(crate) type Peer<'a> = Option<(f64, &'a str)>;

/// The rows.
#[derive(Default)]
pub(crate) struct Rows(Vec<Value>);

impl Rows {
    /// Adds something that has to be at most so much, if there is a goal; said as soon as it is known.
    pub(crate) fn at_most(&mut self, name: &str, unit: &str, ours: f64, peer: Peer<'_>, goal: Option<f64>) {
        let row = json!({
            "name": name, "unit": unit, "ours": ours,
            "peer": peer.map(|(theirs, _)| theirs), "peer_name": peer.map(|(_, name)| name),
            "ratio": peer.map(|(theirs, _)| ours / theirs),
            "goal": goal.map(|most| format!("<= {most}")), "met": goal.map(|most| ours <= most),
        });
        eprintln!("    {row}");
        self.0.push(row);
    }

    /// Prints all of them.
    pub(crate) fn print(self) {
        println!("{}", json!({ "rows": self.0 }));
    }
}

/// The number that so many of some are at most, such as 0.99.
pub(crate) fn quantile(numbers: &mut [f64], part: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let at = (numbers.len() as f64 * part) as usize;
    numbers.get(at.min(numbers.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}
