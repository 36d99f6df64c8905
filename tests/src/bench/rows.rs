//! The report.

use serde::Serialize;
use serde_json::{Value, json};

/// One row a measured thing.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub struct Rows(Vec<Value>);

impl Rows {
    /// Something that has to be at least so many times the peer's.
    pub fn against(&mut self, name: &str, unit: &str, (ours, theirs): (f64, f64), peer: &str, times: f64) {
        let ratio = ours / theirs;
        self.push(json!({
            "name": name, "unit": unit, "ours": ours, "peer": theirs, "peer_name": peer, "ratio": ratio,
            "goal": format!(">= {times} times"), "met": ratio >= times,
        }));
    }

    /// Something that has to be at most so much, if there is a goal.
    pub fn at_most(&mut self, name: &str, unit: &str, ours: f64, goal: Option<f64>) {
        let nothing = Value::Null;
        self.push(json!({
            "name": name, "unit": unit, "ours": ours, "peer": nothing, "peer_name": nothing, "ratio": nothing,
            "goal": goal.map(|most| format!("<= {most}")), "met": goal.map(|most| ours <= most),
        }));
    }

    fn push(&mut self, row: Value) {
        eprintln!("    {row}");
        self.0.push(row);
    }
}
