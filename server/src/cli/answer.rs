//! What a command says when it ends, to people or to programs.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::import::{ImportProblem, Refusal};

/// How many problems are listed for people; `--json` gives all that are kept.
const MOST_LISTED: usize = 20;

/// What was done: a sentence for people, members for programs.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// `None` if standard output has been written already.
    pub(super) sentence: Option<String>,
    pub(super) members: Map<String, Value>,
}

impl Done {
    pub(super) fn new(sentence: String, members: Value) -> Self {
        let members = if let Value::Object(members) = members { members } else { Map::new() };
        Self { sentence: Some(sentence), members }
    }
}

/// Why nothing was done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command was asked for wrongly.
    Misused(String),
    /// What was asked for was understood and refused.
    Refused {
        message: String,
        /// The reasons, if it is a file that was refused.
        problems: Option<Refusal>,
    },
}

/// Writes the answer and gives the exit code.
pub(super) fn give(answer: Result<Done, Failure>, took: Duration, json: bool) -> ExitCode {
    let code = match &answer {
        Ok(_) => 0,
        Err(Failure::Refused { .. }) => 1,
        Err(Failure::Misused(_)) => 2,
    };
    // A reader that has gone away cannot be told of it.
    let _ = if json { to_programs(&answer, took) } else { to_people(answer, took) };
    ExitCode::from(code)
}

fn to_programs(answer: &Result<Done, Failure>, took: Duration) -> io::Result<()> {
    let object = match answer {
        Ok(Done { sentence: None, .. }) => return Ok(()),
        Ok(Done { members, .. }) => {
            let mut object = members.clone();
            object.insert("outcome".to_owned(), "done".into());
            object.insert("seconds".to_owned(), took.as_secs_f64().into());
            Value::Object(object)
        }
        Err(Failure::Misused(message)) => json!({ "outcome": "misused", "message": message }),
        Err(Failure::Refused { message, problems }) => {
            let problems = problems.clone().unwrap_or_default();
            let listed: Vec<Value> = problems.problems.iter().map(problem).collect();
            json!({
                "outcome": "refused",
                "message": message,
                "problems": listed,
                "problem_count": problems.count,
            })
        }
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{object}")?;
    out.flush()
}

/// A problem, with what it is not about left out.
fn problem(problem: &ImportProblem) -> Value {
    let mut object = json!({ "feature": problem.feature, "rule": problem.rule, "message": problem.message });
    if !problem.field.is_empty() {
        object["field"] = problem.field.as_str().into();
    }
    if let Some(place) = problem.place {
        object["part"] = place.part.into();
        object["ring"] = place.ring.into();
        object["vertex"] = place.vertex.into();
        // Not a number is no JSON; it is written as the text that it is.
        let coordinate = |value: f64| if value.is_finite() { json!(value) } else { json!(value.to_string()) };
        object["x"] = coordinate(place.at.x);
        object["y"] = coordinate(place.at.y);
    }
    object
}

fn to_people(answer: Result<Done, Failure>, took: Duration) -> io::Result<()> {
    match answer {
        Ok(Done { sentence: None, .. }) => Ok(()),
        Ok(Done { sentence: Some(sentence), .. }) => {
            writeln!(io::stdout(), "{sentence} ({:.1} s)", took.as_secs_f64())
        }
        Err(Failure::Misused(message)) => writeln!(io::stderr(), "error: {message}"),
        Err(Failure::Refused { message, problems }) => {
            let mut err = io::stderr().lock();
            writeln!(err, "refused: {message}")?;
            let Some(refusal) = problems else { return Ok(()) };
            for problem in refusal.problems.iter().take(MOST_LISTED) {
                writeln!(err, "  {problem}")?;
            }
            let left = refusal.count.saturating_sub(MOST_LISTED as u64);
            if left > 0 {
                writeln!(err, "  and {left} more; --json lists up to {}", crate::import::MOST_PROBLEMS)?;
            }
            Ok(())
        }
    }
}
