//! A certificate that was renewed on disk is shown to whoever connects next; connections that are open go on.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::files::{Pair, TlsError};
use super::remaining::Remaining;
use super::{Fingerprint, Tls};
use crate::identity::Clock;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks at the files until `stop` becomes true, tells the fingerprint of each certificate that is taken up, and says how
/// long the one is good that is shown.
pub(crate) async fn keep_up(
    tls: Arc<Tls>,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
    told: impl Fn(Fingerprint) + Send,
) {
    let (mut looks, mut remaining) = (Looks::default(), Remaining::default());
    loop {
        remaining.tell(&tls.files, tls.shown.0.load().good_until, clock());
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let (looking, now) = (Arc::clone(&tls), clock());
        let Ok(read) = tokio::task::spawn_blocking(move || looking.look(now)).await else { continue };
        match looks.judge(read) {
            Found::Nothing => {}
            Found::Renewed(pair) => {
                tracing::info!(file = %tls.files.certificate.display(), sha256 = %pair.fingerprint, until = %pair.good_until, "another certificate was taken up");
                let fingerprint = pair.fingerprint;
                tls.shown.0.store(Arc::new(pair));
                told(fingerprint);
            }
            Found::Broken(error) => {
                tracing::error!(%error, "the certificate on disk cannot be taken up; the former one is still shown");
            }
        }
    }
}

impl Tls {
    /// The pair on disk; none if it is the one that is shown. One that is good later is looked at again until it is.
    fn look(&self, now: Timestamp) -> Result<Option<Pair>, TlsError> {
        let contents = self.files.contents()?;
        if contents.mark() == self.shown.0.load().mark {
            return Ok(None);
        }
        self.files.understand(&contents)?.good(&self.files, now).map(Some)
    }
}

/// What came of a look.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing that is to be done.
    Nothing,
    /// Another pair.
    Renewed(Pair),
    /// Files that cannot be used.
    Broken(TlsError),
}

/// What earlier looks have found.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// What was wrong at the last look, and whether that was said.
    wrong: Option<(String, bool)>,
}

impl Looks {
    /// Files that are wrong are told once, and only if they are so at two looks: between the writing of one file and the
    /// other they always are.
    pub(super) fn judge(&mut self, read: Result<Option<Pair>, TlsError>) -> Found {
        let error = match read {
            Ok(pair) => {
                self.wrong = None;
                return pair.map_or(Found::Nothing, Found::Renewed);
            }
            Err(error) => error,
        };
        let text = error.to_string();
        match &mut self.wrong {
            Some((known, said)) if *known == text => {
                if std::mem::replace(said, true) {
                    Found::Nothing
                } else {
                    Found::Broken(error)
                }
            }
            wrong => {
                *wrong = Some((text, false));
                Found::Nothing
            }
        }
    }
}
