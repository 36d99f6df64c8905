//! Deletes what was recorded once it was kept as long as the operator wants.

use std::io;
use std::time::Duration;

use cloudsite_domain::audit::Actor;
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::interval;

use super::shelf::Shelf;
use crate::grpc::blocking;
use crate::meeting::plan::Plans;

/// How often it is looked what is old.
const EVERY: Duration = Duration::from_hours(1);

/// Deletes recordings that ended more than so many days ago, now and then until the server stops.
pub(crate) fn keep_for(days: u32, plans: Plans, shelf: Shelf, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut look = interval(EVERY);
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                _ = look.tick() => {}
            }
            let (plans, shelf) = (plans.clone(), shelf.clone());
            match blocking(move || Ok(delete_old(days, &plans, &shelf))).await {
                Ok(Ok(0)) => {}
                Ok(Ok(deleted)) => tracing::info!(deleted, days, "recordings were kept long enough"),
                Ok(Err(error)) => tracing::error!(%error, "old recordings cannot be deleted"),
                Err(refusal) => tracing::error!(?refusal, "old recordings cannot be deleted"),
            }
        }
    })
}

/// Deletes what ended more than so many days ago, tells the audit log of each, and how many there were. What is being written
/// stays, and so does what does not say when it was: whoever operates the server looks at that.
pub(super) fn delete_old(days: u32, plans: &Plans, shelf: &Shelf) -> io::Result<u32> {
    let kept_for = SignedDuration::from_hours(24 * i64::from(days));
    let oldest = (plans.clock)().saturating_sub(kept_for).unwrap_or(jiff::Timestamp::MIN);
    let mut deleted = 0;
    for meeting in shelf.meetings()? {
        for number in shelf.numbers(meeting)? {
            let told = match shelf.told(meeting, number) {
                Ok(Some(told)) => told,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%meeting, number, %error, "a recording cannot be read");
                    continue;
                }
            };
            let is_old = told.ended_at().is_some_and(|ended_at| ended_at < oldest);
            if !is_old || !shelf.delete(meeting, number)? {
                continue;
            }
            deleted += 1;
            let detail = [("recording", number.to_string()), ("kept_days", days.to_string())];
            let detail = detail.map(|(key, value)| (key.to_owned(), value)).into();
            if let Err(refusal) = plans.log(meeting, "deleted a recording", Actor::named("server"), detail) {
                tracing::error!(%meeting, number, ?refusal, "that a recording was deleted is not in the audit log");
            }
        }
    }
    Ok(deleted)
}
