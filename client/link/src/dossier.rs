//! Dossiers of site selections.

use std::time::Duration;

use cloudsite_proto::siting::{CreateDossierRequest, Dossier, GetDossierRequest};

use crate::client::{empty_reply, unary, unary_within};
use crate::{Client, LinkError};

/// How long the request may take: it brings pictures.
const SENT_WITHIN: Duration = Duration::from_mins(1);

impl Client {
    /// Begins a dossier.
    pub async fn create_dossier(&self, request: CreateDossierRequest) -> Result<Dossier, LinkError> {
        let mut service = self.dossiers.clone();
        let request = self.reading_for(SENT_WITHIN, request);
        let reply = unary_within(SENT_WITHIN, "dossier", service.create_dossier(request)).await?;
        reply.dossier.ok_or_else(|| empty_reply("dossier"))
    }

    /// How far a dossier is, by its name.
    pub async fn dossier(&self, name: &str) -> Result<Dossier, LinkError> {
        let mut service = self.dossiers.clone();
        let request = GetDossierRequest { name: name.to_owned() };
        let reply = unary(name, service.get_dossier(self.reading(request))).await?;
        reply.dossier.ok_or_else(|| empty_reply("dossier"))
    }
}
