//! Says which step is being taken, and how long each took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The steps taken so far.
#[derive(Debug)]
pub(crate) struct Steps {
    began: Instant,
    taken: Vec<(String, Duration)>,
}

impl Steps {
    /// No step yet; the clock runs.
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), taken: Vec::new() }
    }

    /// Takes a step. Its error names it.
    pub(crate) fn take<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("==> {name}");
        let began = Instant::now();
        let outcome = step();
        let took = began.elapsed();
        self.taken.push((name.to_owned(), took));
        match outcome {
            Ok(value) => {
                println!("    {name}: {}", seconds(took));
                Ok(value)
            }
            Err(error) => {
                println!("    {name}: failed after {}", seconds(took));
                Err(error).with_context(|| format!("step '{name}' failed"))
            }
        }
    }

    /// Prints what each step took, and all of them together.
    pub(crate) fn print(&self) {
        println!("steps:");
        for (name, took) in &self.taken {
            println!("  {:>9}  {name}", seconds(*took));
        }
        println!("  {:>9}  altogether", seconds(self.began.elapsed()));
    }
}

/// A duration as people read it.
pub(crate) fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_failing_step_is_named() {
        let mut steps = Steps::new();
        assert_eq!(steps.take("first", || Ok(7)).unwrap(), 7);
        let error = steps.take("second", || -> Result<()> { bail!("out of paper") }).unwrap_err();
        assert_eq!(format!("{error:#}"), "step 'second' failed: out of paper");
        assert_eq!(steps.taken.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["first", "second"]);
    }
}
