//! Taking a file in: sent in pieces, looked at, imported.

use std::pin::pin;

use cloudsite_link::{LARGEST_CHUNK, LinkError};
use cloudsite_proto::change::{ImportOptions, Operation, OperationState, StartImportRequest};
use futures::StreamExt;
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use crate::browser;
use crate::keeping::desk::Listed;
use crate::keeping::intake::Intake;
use crate::keeping::keeper::Keeper;
use crate::keeping::pure::intake::{is_accepted, layer_guess};
use crate::state::Tab;

/// Pieces of a file that are tried again before it is given up, and how long to wait before each.
const TRIES: u32 = 5;

impl Keeper {
    /// Begins to take a file in.
    pub(crate) fn take_file(self, file: File) {
        let (page, desk) = (self.page, self.desk);
        let name = file.name();
        if !is_accepted(&name) {
            page.toast.set(Some(untrack(|| page.fill("intake.not_accepted", &[("name", &name)]))));
            return;
        }
        let options = ImportOptions { layer: layer_guess(&name).into(), ..ImportOptions::default() };
        desk.intake.set(Some(Intake::new(name, file.size() as u64, options)));
        let number = self.next_intake();
        spawn_local(async move {
            match self.send(&file, number).await {
                Ok(()) => self.look_into(),
                Err(error) => self.fail_intake(number, error),
            }
        });
    }

    /// Looks into the file anew, as its options say by now.
    pub(crate) fn look_into(self) {
        let (desk, client) = (self.desk, self.client());
        let number = self.next_intake();
        self.change_intake(number, |intake| (intake.looking, intake.error) = (true, None));
        let Some(intake) = desk.intake.get_untracked() else { return };
        spawn_local(async move {
            let reply = client.preview(&intake.upload, intake.options).await;
            self.change_intake(number, |intake| {
                intake.looking = false;
                match reply {
                    Ok(preview) => {
                        if intake.options.source_layer.is_empty()
                            && let [only] = preview.source_layers.as_slice()
                        {
                            intake.options.source_layer.clone_from(only);
                        }
                        intake.options.mapping.clone_from(&preview.mapping);
                        intake.preview = Some(preview);
                    }
                    Err(error) => intake.error = Some(error),
                }
            });
        });
    }

    /// Begins the import, and follows it to the changeset.
    pub(crate) fn start_import(self) {
        let (desk, client) = (self.desk, self.client());
        let Some(intake) = desk.intake.get_untracked().filter(|intake| !intake.looking) else { return };
        let number = self.next_intake();
        let request = StartImportRequest {
            upload: intake.upload,
            options: Some(intake.options),
            complete: intake.complete,
            ..StartImportRequest::default()
        };
        self.change_intake(number, |intake| (intake.looking, intake.error) = (true, None));
        spawn_local(async move {
            let started = client.start_import(request).await;
            self.change_intake(number, |intake| intake.looking = false);
            match started {
                Ok(operation) => self.follow_operation(number, operation).await,
                Err(error) => self.fail_intake(number, error),
            }
        });
    }

    /// Back to the questions, after a file was refused.
    pub(crate) fn ask_again(self) {
        let number = self.next_intake();
        self.change_intake(number, |intake| (intake.operation, intake.error) = (None, None));
    }

    /// Gives the file up, and an import that is under way with it.
    pub(crate) fn drop_intake(self) {
        let (desk, client) = (self.desk, self.client());
        self.next_intake();
        let Some(intake) = desk.intake.get_untracked() else { return };
        desk.intake.set(None);
        spawn_local(async move {
            // What cannot be taken away now, the server forgets by itself.
            if let Some(operation) = intake.operation.filter(|operation| !is_done(operation)) {
                let _forgotten_later = client.cancel_operation(&operation.name).await;
            }
            if !intake.upload.is_empty() {
                let _forgotten_later = client.delete_upload(&intake.upload).await;
            }
        });
    }

    fn next_intake(self) -> u32 {
        self.intake_number.update_value(|number| *number = number.wrapping_add(1));
        self.intake_number.get_value()
    }

    /// Changes the file that is being taken in, unless another or nothing took its place.
    fn change_intake(self, number: u32, change: impl FnOnce(&mut Intake)) {
        if self.intake_number.get_value() == number {
            self.desk.intake.update(|intake| {
                if let Some(intake) = intake {
                    change(intake);
                }
            });
        }
    }

    fn fail_intake(self, number: u32, error: LinkError) {
        self.change_intake(number, |intake| intake.error = Some(error));
    }

    /// Sends a file piece by piece.
    async fn send(self, file: &File, number: u32) -> Result<(), LinkError> {
        let client = self.client();
        let size = file.size() as u64;
        let upload = client.create_upload(&file.name(), size).await?;
        self.change_intake(number, |intake| intake.upload.clone_from(&upload.name));
        let (mut offset, mut failures) = (upload.received_bytes, 0);
        while offset < size && self.intake_number.get_value() == number {
            let end = size.min(offset + LARGEST_CHUNK);
            let piece = browser::read_piece(file, offset, end).await;
            let piece = piece.ok_or_else(|| LinkError::Internal { message: "the file cannot be read".to_owned() })?;
            match client.upload_chunk(&upload.name, offset, piece).await {
                Ok(upload) => {
                    (offset, failures) = (upload.received_bytes, 0);
                    self.change_intake(number, |intake| intake.sent_bytes = offset);
                }
                Err(LinkError::Unreachable { .. } | LinkError::Busy { .. }) if failures < TRIES => {
                    failures += 1;
                    sleep(cloudsite_link::retry_in(failures)).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Follows an import until it is done; a connection that is lost is taken up again.
    async fn follow_operation(self, number: u32, operation: Operation) {
        let client = self.client();
        let name = operation.name.clone();
        self.note_operation(number, operation);
        let mut failures = 0;
        while self.intake_number.get_value() == number {
            if let Ok(operations) = client.watch_operation(&name).await {
                let mut operations = pin!(operations);
                while let Some(Ok(operation)) = operations.next().await {
                    failures = 0;
                    let done = is_done(&operation);
                    self.note_operation(number, operation);
                    if done {
                        return;
                    }
                }
            }
            failures += 1;
            sleep(cloudsite_link::retry_in(failures)).await;
        }
    }

    /// Shows how far an import has come; one that has succeeded opens its changeset.
    fn note_operation(self, number: u32, operation: Operation) {
        let (page, desk) = (self.page, self.desk);
        let changeset = operation.import.as_ref().map(|import| import.changeset.clone());
        let succeeded = operation.state() == OperationState::Succeeded;
        self.change_intake(number, |intake| intake.operation = Some(operation));
        let Some(changeset) = changeset.filter(|_| succeeded && self.intake_number.get_value() == number) else {
            return;
        };
        // Nothing to change: the dialog stays and says so.
        if changeset.is_empty() {
            return;
        }
        desk.intake.set(None);
        desk.listed.set(Listed::Open);
        page.tab.set(Tab::Changes);
        page.sheet_open.set(true);
        page.open_changeset.set(Some(changeset));
        self.look_again();
    }
}

/// Whether nothing more happens to an operation.
pub(crate) fn is_done(operation: &Operation) -> bool {
    matches!(operation.state(), OperationState::Succeeded | OperationState::Failed | OperationState::Cancelled)
}
