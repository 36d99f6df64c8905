//! How long the certificate is good that is shown: for whoever watches the metrics, and once a day in the log when that is no
//! longer long.

use jiff::{SignedDuration, Timestamp};

use super::files::Files;

/// The metric.
pub(crate) const SECONDS_LEFT: &str = "cloudsite_certificate_seconds_left";

/// Renewals are a matter of weeks before: with less left than this, one has failed.
const SHORT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How often that is said.
const SAID_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What was said of it.
#[derive(Debug, Default)]
pub(super) struct Remaining {
    said: Option<Timestamp>,
}

impl Remaining {
    /// Tells how long a certificate of these files is good.
    pub(super) fn tell(&mut self, files: &Files, good_until: Timestamp, now: Timestamp) {
        let left = good_until.duration_since(now);
        metrics::gauge!(SECONDS_LEFT).set(left.as_secs_f64());
        if self.is_due(left, now) {
            let (file, days) = (files.certificate.display(), left.as_hours() / 24);
            tracing::warn!(%file, until = %good_until, days, "the certificate ends soon; it is to be renewed");
        }
    }

    /// Whether it is to be said in the log that there is so much left.
    pub(super) fn is_due(&mut self, left: SignedDuration, now: Timestamp) -> bool {
        if left >= SHORT {
            self.said = None;
            return false;
        }
        let is_due = self.said.is_none_or(|said| now.duration_since(said) >= SAID_EVERY);
        if is_due {
            self.said = Some(now);
        }
        is_due
    }
}
